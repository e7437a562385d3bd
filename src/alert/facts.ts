import type { Instant } from '../model/time.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Involved } from './labels.ts'

/** What an alert is made from: an incident with all that is known of it at `at`. */
export interface AlertFacts {
  /** The minute judged. */
  readonly at: Instant
  readonly timezone: string
  /** Where people reach the pages; null: not configured, so that there are no links. */
  readonly publicUrl: string | null
  readonly involved: Involved
  /** By SLO: the newest verdicts of the incident's SLOs. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** A bad record as text, already redacted; null: none is kept. */
  readonly example: string | null
}
