import type { CivilStep } from './civil.ts'
import { clamp } from './residual.ts'
import { learnShare } from './share-profile.ts'
import type { ShareSeries } from './share-state.ts'
import { KEPT } from './window-steps.ts'

/** So long after a step it enters the profile, so that what a window is held against knows nothing of it; a young share can't wait. */
const LAG_HOURS = 48
const YOUNG_LAG = 1 / 20
/** By how much of the rarer side a step in which all isn't well may move the profile: a wrong slot heals. */
const HEALS = 0.1

/** Steps between the newest one and this weren't observed. */
export function skipTo(series: ShareSeries, { index, perDay }: CivilStep): void {
  if (series.first < 0) return
  if (index - series.last > 10 * KEPT) {
    takeIn(series, perDay, series.last)
    series.last = index - 1 - KEPT
    series.learnt = series.last
  }
  while (series.last + 1 < index) keep(series, perDay, 0, 0, -1, 0)
}

/** Keeps a step and what was expected of it; a total of -1: it wasn't observed. What is old enough enters the profile. */
export function keep(
  series: ShareSeries,
  perDay: number,
  slot: number,
  count: number,
  total: number,
  expected: number,
): void {
  series.last += 1
  const place = series.last % KEPT
  series.counts[place] = count
  series.totals[place] = total
  series.expected[place] = expected
  series.slots[place] = slot
  const age = series.last - series.first
  takeIn(series, perDay, series.last - Math.floor(Math.min(KEPT, (LAG_HOURS * perDay) / 24, age * YOUNG_LAG)))
}

/** Brings the profile up to a step. */
export function takeIn(series: ShareSeries, perDay: number, upTo: number): void {
  while (series.learnt < upTo) {
    series.learnt += 1
    const place = series.learnt % KEPT
    const total = series.totals[place] ?? -1
    if (total < 0) continue
    const k = series.counts[place] ?? 0
    const p = series.expected[place] ?? 0
    const reach = HEALS * Math.min(p, 1 - p)
    const isDoubtful = series.learnt >= series.doubtFrom && series.learnt <= series.doubtTo
    const taken = isDoubtful ? clamp(k, total * (p - reach), total * (p + reach)) : k
    learnShare(series.profile, series.slots[place] ?? 0, perDay, taken, total)
  }
}
