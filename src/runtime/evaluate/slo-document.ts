import type { Instant } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'

/** What is kept of an SLO between evaluations, beside its windows: stored as a JSON document. */
export interface SloDocument {
  readonly verdict: Verdict
  /** Which of its rows were true at that verdict. */
  readonly rows: readonly boolean[]
  /** Where its row windows start at the earliest. */
  readonly clippedAt: Instant | null
  /** Freshness: the newest arrival known at that verdict. */
  readonly newest: Instant | null
}
