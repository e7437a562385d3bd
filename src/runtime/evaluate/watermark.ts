import type { PartitionProgress } from '../../store/positions.ts'
import { floorTo, type Instant, MINUTE } from '../../model/time.ts'

/** An instance that lags this far behind another of the same source has left the set: its lease has lapsed. */
const LAPSED = 30_000

/** How far a source has been observed: `open` while more may come, `complete` once nothing will. Null: nothing is known yet. */
export interface Watermark {
  readonly at: Instant
  readonly complete: boolean
}

/**
 * A source's watermark: the least of its partitions'. Partitions that are complete hold nothing back. The partitions
 * of an HTTP source are instances of one service, of which a stopped one no longer counts. A partition of a stream of which
 * nothing is known yet holds back all. `type`: the source's; null: a table.
 */
export function watermarkOf(partitions: readonly PartitionProgress[], type: string | null): Watermark | null {
  if (type === 'kafka' && partitions.some(({ observedUntil, complete }) => observedUntil === null && !complete))
    return null
  const known = partitions.flatMap(({ observedUntil, complete }) =>
    observedUntil === null ? [] : [{ at: observedUntil, complete }],
  )
  if (known.length === 0) return null
  const newest = Math.max(...known.map(({ at }) => at))
  const open = known.filter(({ complete }) => !complete)
  if (open.length === 0) return { at: newest, complete: true }
  const counted = type === 'http' ? open.filter(({ at }) => at >= newest - LAPSED) : open
  return { at: Math.min(...counted.map(({ at }) => at)), complete: false }
}

/**
 * Until where an SLO that sums several sources can be judged: the least of the watermarks of those that may still bring
 * records; all complete: the furthest. Rounded down to the minute; null without any.
 */
export function judgeableUntil(watermarks: readonly Watermark[]): Instant | null {
  if (watermarks.length === 0) return null
  const open = watermarks.filter(({ complete }) => !complete)
  const until = open.length > 0 ? Math.min(...open.map(({ at }) => at)) : Math.max(...watermarks.map(({ at }) => at))
  return floorTo(until, MINUTE)
}
