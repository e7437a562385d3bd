import type { Instant } from '../../model/time.ts'
import type { Notification } from '../notification.ts'

/** A month's scorecard in words, bounded: what a receiver shows of it. */
export interface ScorecardMessage {
  readonly environment: string
  /** `2026-10` */
  readonly month: string
  /** One line: trust, and what was broken. */
  readonly title: string
  /** `preliminary: …, final on …`, or `final`. */
  readonly state: string
  readonly frozen: boolean
  /** From 0 to 100; null: no data. */
  readonly score: number | null
  readonly scoreBefore: number | null
  /** The least trusted first. */
  readonly domains: readonly {
    readonly name: string
    readonly owner: string | null
    readonly score: number | null
    readonly scoreBefore: number | null
    readonly text: string
  }[]
  /** Domains that aren't in the list. */
  readonly more: number
  /** What cost most budget, and what else there is to know. */
  readonly remarks: readonly string[]
  readonly link: string | null
}

/** A scorecard on its way to one receiver: what the outbox keeps as JSON. */
export interface ScorecardNotification {
  readonly at: Instant
  readonly receiver: string
  /** `scorecard_2026-10`: stands where an incident's id does. */
  readonly incident: string
  readonly action: 'scorecard'
  /** The same on every retry and after a restart. */
  readonly dedupKey: string
  readonly scorecard: ScorecardMessage
}

/** Whatever the outbox may hold. */
export type Outgoing = Notification | ScorecardNotification

export function isScorecard(outgoing: Outgoing): outgoing is ScorecardNotification {
  return outgoing.action === 'scorecard'
}

/** What a month's scorecard is called where an incident's id would stand. */
export function scorecardKey(month: string): string {
  return `scorecard_${month}`
}
