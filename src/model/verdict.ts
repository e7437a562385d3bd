import type { SliKind } from './sli.ts'
import type { SubjectKind } from './subject.ts'
import type { Instant } from './time.ts'

export const VERDICT_OUTCOMES = ['met', 'violated', 'insufficient_data', 'not_evaluated'] as const
export type VerdictOutcome = (typeof VERDICT_OUTCOMES)[number]
/** Why an SLO could not be judged. */
export type NotEvaluatedReason =
  | 'no_data'
  | 'warming'
  | 'never_seen'
  | 'learning'
  | 'ingest_behind'
  | 'disabled'
  | TableReason
/** Why a table can't be judged; whatever else keeps it from being read is `ingest_behind`. */
export const TABLE_REASONS = ['table_missing', 'column_missing', 'column_type', 'permission_denied'] as const
export type TableReason = (typeof TABLE_REASONS)[number]
/** Why an outcome is what it is, where the outcome alone doesn't say. */
export type VerdictReason = NotEvaluatedReason | 'too_few_records' | 'interval_spans_objective' | null

/** The windows over which burn rates are given, shortest first. */
export const BURN_WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const
export type BurnWindow = (typeof BURN_WINDOWS)[number]
export type Burn = Readonly<Record<BurnWindow, number | null>>

/** What an SLO is worth at `at`, the end of the minute judged. Unrounded; outputs round to 6 decimals. */
export interface Verdict {
  readonly at: Instant
  readonly slo: string
  readonly domain: string
  /** What it judges: an event, or a table where `subject` says so. */
  readonly event: string
  /** Absent: an event. */
  readonly subject?: SubjectKind
  /** The source it names; null: every source that has carried its event. A table is its own source. */
  readonly source: string | null
  readonly kind: SliKind
  readonly outcome: VerdictOutcome
  readonly reason: VerdictReason
  readonly good: number
  readonly total: number
  readonly ratio: number | null
  readonly lower: number | null
  readonly upper: number | null
  /** As a ratio: 0.999. */
  readonly objective: number
  readonly budgetRemaining: number | null
  readonly burn: Burn
  readonly firing: 'page' | 'ticket' | null
}
