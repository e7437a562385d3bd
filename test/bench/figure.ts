/** One measurement, printed as a JSON line. Reference values are measured in the same run. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it is held against, in words; empty where it stands alone. */
  readonly reference: string
  readonly reference_value: number | null
  readonly ratio: number | null
}
