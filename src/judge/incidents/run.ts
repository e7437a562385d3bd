import { type Duration, type Instant, MINUTE } from '../../model/time.ts'
import type { Standing } from '../slo/standing.ts'

/** Minutes with records but without a bad one that end a run of bad ones. */
const GAP = 15

/**
 * Start of the first bad minute of the run that led to `at`: looking back over the SLO's minutes until 15 of them held
 * records and none bad, the last clip, or the longest long window that fired.
 */
export function startOfRun(standing: Standing, at: Instant, rows: readonly boolean[]): Instant {
  const longest = standing.slo.rows.reduce<Duration>(
    (most, row, index) => (rows[index] ? Math.max(most, row.long) : most),
    0,
  )
  const bound = Math.max(at - longest, standing.oldest(), standing.clippedAt() ?? Number.NEGATIVE_INFINITY)
  let started = at - MINUTE
  let without = 0
  for (let start = at - MINUTE; start >= bound && without < GAP; start -= MINUTE) {
    const { bad, total } = standing.minute(start)
    if (bad > 0) {
      started = start
      without = 0
    } else if (total > 0) {
      without += 1
    }
  }
  return started
}

/** Start of the last minute before `until` in which any of these had a bad record; `from` where none is known. */
export function lastBadMinute(standings: readonly Standing[], from: Instant, until: Instant): Instant {
  for (let start = until - MINUTE; start > from; start -= MINUTE) {
    if (standings.some((standing) => standing.minute(start).bad > 0)) return start
  }
  return from
}
