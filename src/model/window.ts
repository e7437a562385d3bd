import type { Instant } from './time.ts'

/** What a minute, an hour or a day holds of one series. Plain sums, but for the newest arrival. */
export interface WindowCounts {
  received: number
  invalid: number
  /** Records with a watched property that isn't filled. */
  incomplete: number
  /** Records with an id. */
  identified: number
  duplicates: number
  /** Records with an event time. */
  timed: number
  /** Timed records over the event's `max_delay`; 0 where no timeliness SLO sets one. */
  late: number
  /** Records more than 24 h late: left out of volume. */
  backfilled: number
  /** Newest arrival; 0: none. */
  lastArrival: Instant
}

export const COUNT_FIELDS = [
  'received',
  'invalid',
  'incomplete',
  'identified',
  'duplicates',
  'timed',
  'late',
  'backfilled',
] as const satisfies readonly (keyof WindowCounts)[]

export function emptyCounts(): WindowCounts {
  return {
    received: 0,
    invalid: 0,
    incomplete: 0,
    identified: 0,
    duplicates: 0,
    timed: 0,
    late: 0,
    backfilled: 0,
    lastArrival: 0,
  }
}

/** Adds `more` to `counts` in place. Associative and commutative, with `emptyCounts` as identity. */
export function mergeCounts(counts: WindowCounts, more: Readonly<WindowCounts>): WindowCounts {
  for (const field of COUNT_FIELDS) counts[field] += more[field]
  counts.lastArrival = Math.max(counts.lastArrival, more.lastArrival)
  return counts
}

/** What kind of name a series carries: an event with a contract, a name without one, no readable name at all, or a table. */
export type SeriesKind = 'planned' | 'unplanned' | 'undecodable' | 'table'

/** Whose counts they are. `event` is the reason where the kind is `undecodable`, the table's name where it is `table`. */
export interface SeriesKey {
  readonly source: string
  readonly kind: SeriesKind
  readonly event: string
}

/** A part of a series: the records of one combination of dimension values. Values are capped and redacted. */
export interface Facet {
  readonly platform: string | null
  readonly appVersion: string | null
  readonly library: string | null
  /** Set only in rows that count by partition alone; the other three are null there. */
  readonly partition: string | null
}

/** Something seen in records that is counted by name: a violation, an unfilled or an unplanned property. */
export interface Finding {
  readonly kind: 'violation' | 'unfilled' | 'unplanned_property'
  /** JSON pointer of the property. */
  readonly path: string
  /** JSON Schema keyword of a violation; empty otherwise. */
  readonly keyword: string
  readonly message: string
}

/** What stands for every value, name or finding over a cap: counted, but never named as a cause. */
export const OTHER = '__other__'
