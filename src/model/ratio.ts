/** Good of total, summed before it is divided. */
export interface Ratio {
  readonly good: number
  readonly total: number
}

/** `good / total`, or null where nothing was counted. */
export function ratioValue({ good, total }: Ratio): number | null {
  return total === 0 ? null : good / total
}

/** Rounded to 6 decimals, as every number in output is; never `-0`. */
export function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0
}
