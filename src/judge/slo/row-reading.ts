import { isTimeSlice } from '../../model/sli.ts'
import { MINUTE } from '../../model/time.ts'
import type { BurnRow, SloPlan } from '../../plan/plan.ts'
import { pagingBound } from './interval.ts'
import type { Tally } from './ledger.ts'
import { TOLERANCE } from './rows.ts'
import { errorRatio, MINIMUM_BAD } from './verdict.ts'

/** Why a burn row isn't true. */
export type RowMiss = 'no_records' | 'too_few_bad' | 'long_window_within' | 'short_window_within'

/** One burn row with everything that decides about it. It is true where nothing is missing. */
export interface RowReading {
  readonly row: BurnRow
  /** Share of bad that both windows have to exceed: threshold × (1 − objective). */
  readonly limit: number
  readonly long: Tally
  readonly short: Tally
  /** What the long window is held to: its paging bound; of time slices, the plain share. Null where nothing was counted. */
  readonly bound: number | null
  /** The short window's plain share of bad; null where nothing was counted. */
  readonly ratio: number | null
  readonly misses: readonly RowMiss[]
}

/** The same decision as `rowIsTrue`, taken apart for whoever asks why. */
export function readRow(slo: SloPlan, row: BurnRow, long: Tally, short: Tally): RowReading {
  const limit = row.threshold * (1 - slo.objective)
  const slices = isTimeSlice(slo.kind)
  const bound = slices ? errorRatio(slo, long, row.long) : long.total === 0 ? null : pagingBound(long.bad, long.total)
  const ratio = errorRatio(slo, short, row.short)
  const misses: RowMiss[] = []
  if (long.total === 0) misses.push('no_records')
  else if (!slices && long.bad < MINIMUM_BAD) misses.push('too_few_bad')
  else if (bound === null || bound <= limit + TOLERANCE) misses.push('long_window_within')
  if (long.total > 0 && (ratio === null || ratio <= limit + TOLERANCE)) misses.push('short_window_within')
  return { row, limit, long, short, bound, ratio, misses }
}

/** The fewest bad records (or minutes) among `records` in a row's long window with which it can be true; null: not even all of them. */
export function leastBad(slo: SloPlan, row: BurnRow, records: number): number | null {
  const limit = row.threshold * (1 - slo.objective) + TOLERANCE
  if (isTimeSlice(slo.kind)) return Math.floor((limit * row.long) / MINUTE) + 1
  const total = Math.floor(records + TOLERANCE)
  if (total < MINIMUM_BAD || pagingBound(total, total) <= limit) return null
  let low = MINIMUM_BAD
  let high = total
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (pagingBound(middle, total) > limit) high = middle
    else low = middle + 1
  }
  return low
}
