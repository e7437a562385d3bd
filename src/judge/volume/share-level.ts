import type { CivilStep } from './civil.ts'
import { takeIn } from './share-memory.ts'
import { rebaseShare } from './share-profile.ts'
import type { ShareSeries } from './share-state.ts'
import type { OpenAlarm } from './watch.ts'
import { KEPT } from './window-steps.ts'

/** Takes what the alarm that is open found for normal, at once. */
export function acceptShares(series: ShareSeries, step: CivilStep): OpenAlarm | null {
  const { open } = series.watch
  if (open === null) return null
  acceptShareLevel(series, step, open.step)
  closeShares(series, series.last)
  return open
}

/** Ends the alarm that is open. What it was seen in is no part of later windows. */
export function closeShares(series: ShareSeries, last: number): void {
  series.watch.open = null
  series.since = last + 1
  series.trail = 0
}

/** The share of the last day, as far as it lies after `since`, is the normal one. */
export function acceptShareLevel(series: ShareSeries, step: CivilStep, since: number): void {
  // What was before it is of the old level, and has to be in the profile before that moves.
  takeIn(series, step.perDay, since - 1)
  series.doubtTo = -1
  series.gone.silence = 0
  let observed = 0
  let total = 0
  let expected = 0
  for (let index = Math.max(since, series.last - Math.min(KEPT, step.perDay) + 1); index <= series.last; index += 1) {
    const past = series.totals[index % KEPT] ?? -1
    if (past < 0) continue
    observed += series.counts[index % KEPT] ?? 0
    total += past
    expected += past * (series.expected[index % KEPT] ?? 0)
  }
  if (total > 0) rebaseShare(series.profile, observed / total, expected / total)
}
