import type { StoredSpan } from '../../store/positions.ts'
import { type Instant, MINUTE } from '../../model/time.ts'

/** A gap up to this long between two spans doesn't make a minute unobserved. */
const TOLERATED_GAP = 5_000

/**
 * Whether a source was listening throughout the minute from `start`: in some partition's spans (a stream: in every one's), with
 * gaps of at most 5 s. A source that reports no spans (files, which keep what arrived while nobody read) was always observed.
 */
export function wasObserved(
  partitions: ReadonlyMap<string, readonly StoredSpan[]>,
  start: Instant,
  isStream: boolean,
): boolean {
  if (partitions.size === 0) return true
  const covering = (spans: readonly StoredSpan[]): boolean => covers(spans, start, start + MINUTE)
  return isStream ? [...partitions.values()].every(covering) : [...partitions.values()].some(covering)
}

/** Whether one stretch of listening holds all of [from, to), once gaps that don't matter are closed. `spans` sorted by start. */
function covers(spans: readonly StoredSpan[], from: Instant, to: Instant): boolean {
  let started = Number.POSITIVE_INFINITY
  let ended = Number.NEGATIVE_INFINITY
  for (const span of spans) {
    if (span.started > ended + TOLERATED_GAP) {
      if (started <= from && ended >= to) return true
      started = span.started
    }
    ended = Math.max(ended, span.ended)
  }
  return started <= from && ended >= to
}
