import { type Duration, type Instant, isPlausibleArrival, MINUTE } from '../../../model/time.ts'

/** Who set a record's time stamp: the producer (`create`) or the broker (`append`). */
export type Stamp = 'create' | 'append'

/** Producers' clocks may be ahead by that much. */
const TOLERATED_AHEAD: Duration = 5 * MINUTE
/** Records with their producers' stamps come in this much out of order. */
const DISORDER: Readonly<Record<Stamp, Duration>> = { create: MINUTE, append: 0 }

/** When a record arrived: its stamp, a producer's capped at 5 min after `fetched`. A stamp of −1 (none) stays what it is, and is no arrival. */
export function arrivalOf(stamp: Instant, by: Stamp, fetched: Instant): { arrivedAt: Instant; isAhead: boolean } {
  const latest = fetched + TOLERATED_AHEAD
  const isAhead = by === 'create' && stamp > latest
  return { arrivedAt: isAhead ? latest : stamp, isAhead }
}

/** Until when a partition is observed by what was read of it: the newest stamp that isn't in the future. Null: that says nothing. */
export function observedBy(newest: Instant | null, by: Stamp): Instant | null {
  return newest === null ? null : newest - DISORDER[by]
}

/** From when on a partition is observed after records that were lost: those were written before the first read, which has this stamp. */
export function observedFrom(first: Instant | null, by: Stamp): Instant | null {
  return first === null ? null : first + DISORDER[by]
}

/** Until when a partition is observed whose end, asked for at `asked`, has been reached. */
export function observedAtEnd(asked: Instant, by: Stamp): Instant {
  return asked - DISORDER[by]
}

/** Whether a stamp may move what is observed: plausible and not in the future. */
export function movesWatermark(stamp: Instant, fetched: Instant): boolean {
  return stamp <= fetched && isPlausibleArrival(stamp)
}
