export type Outcome = 'valid' | 'invalid' | 'unplanned' | 'undecodable'
export const OUTCOMES: readonly Outcome[] = ['valid', 'invalid', 'unplanned', 'undecodable']

/** One way in which a record breaks its contract. */
export interface Violation {
  /** JSON pointer into the judged body: `/revenue`; of a missing property, the property that is missing. */
  readonly path: string
  /** JSON Schema keyword: `type`, `required`, `enum`. */
  readonly keyword: string
  /** In words, without the value: `string instead of number`, `missing`. */
  readonly message: string
}

/** What the plan says of one decoded record. */
export interface Judgement {
  readonly outcome: Outcome
  /** Version of the contract that judged it; null: none did. */
  readonly version: number | null
  readonly violations: readonly Violation[]
  /** Properties that the contract doesn't name, whether or not it forbids them. Top level, bounded. */
  readonly unplannedProperties: readonly string[]
  /** Watched properties that weren't filled: absent, null or `""`. */
  readonly unfilled: readonly string[]
  /** Properties with a fill goal of their own that weren't filled; outside the completeness ratio. */
  readonly unfilledGoals: readonly string[]
}
