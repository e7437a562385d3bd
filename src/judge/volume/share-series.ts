import type { CivilStep } from './civil.ts'
import { type Judged, NOTHING } from './count-series.ts'
import { clamp } from './residual.ts'
import { otherShareAlarm, shareAlarm } from './share-alarm.ts'
import { shareDeviation } from './share-deviation.ts'
import { goneAlarm, learnChances } from './share-gone.ts'
import { learnShares } from './share-learning.ts'
import { acceptShareLevel, closeShares } from './share-level.ts'
import { keep, skipTo } from './share-memory.ts'
import { expectedShare, globalShare, isKnown, type ShareProfile, slotOf } from './share-profile.ts'
import type { ShareSeries } from './share-state.ts'
import type { Scoring } from './threshold.ts'
import { forgetPassed, isLasting, notePassed, type OpenAlarm, settles } from './watch.ts'
import { KEPT } from './window-steps.ts'

/** Judges one step's k of n; `null` for a step that wasn't observed. Changes `series`. */
export function stepShare(
  series: ShareSeries,
  step: CivilStep,
  count: number | null,
  total: number,
  scoring: Scoring,
): Judged {
  skipTo(series, step)
  if (count === null || total <= 0) {
    if (series.first < 0) return NOTHING
    const { open } = series.watch
    // Nothing came of which it could be a share: it may never again, and an alarm doesn't wait for that.
    const over = count !== null && open !== null && isLasting(open, step, daysOf(series, step), null)
    if (over) closeShares(series, step.index)
    keep(series, step.perDay, 0, 0, -1, 0)
    return over ? { ...NOTHING, closed: open } : NOTHING
  }
  if (series.first < 0) {
    series.first = step.index
    series.last = step.index - 1
    series.since = step.index
    series.learnt = series.last
  }
  forgetPassed(series.watch, step.perWeek)
  const k = clamp(count, 0, total)
  const days = daysOf(series, step)
  const slot = slotOf(step.day, step.hour)
  const isNewDay = step.date !== series.date
  series.date = step.date
  if (series.held && isNewDay) {
    series.held = false
    series.since = step.index
    series.trail = 0
  }
  const p = days < 1 ? firstDayShare(series.profile, k, total) : expectedShare(series.profile, slot, days)
  // A profile is only known once its day type was seen; until then its place is taken by the global share.
  const extra = doubtOf(days, isKnown(series.profile, slot), scoring.isSeasonless === true)
  const u = score(series, step, k, total, p, extra)
  const { open } = series.watch
  const now = { step, k, n: total, p, extra, days, slot }
  const gone = goneAlarm(series, now, scoring)
  let opened: OpenAlarm | null = null
  let closed: OpenAlarm | null = null
  if (open !== null) {
    series.doubtTo = step.index
    opened = open.direction === 'up' && gone !== null ? gone : otherShareAlarm(series, now, scoring, open)
    if (opened === null) closed = afterOpen(series, step, open, u)
    else {
      closed = open
      notePassed(series.watch, open)
      enter(series, step, opened, u)
    }
  } else {
    opened = days < 1 ? null : (gone ?? shareAlarm(series, now, scoring))
    if (opened !== null) enter(series, step, opened, u)
    else if (!series.held) {
      learnShares(series, now, u, scoring)
      if (days >= 1) learnChances(series, now, scoring)
    }
  }
  keep(series, step.perDay, slot, k, total, p)
  return { opened, closed, drift: null }
}

/** Where nothing was seen before, what came is as expected: windows reach back to it. */
function firstDayShare(profile: ShareProfile, k: number, total: number): number {
  return profile.globalTotal > 0 ? globalShare(profile) : k / total
}

/** Log-variance of the doubt while young. */
function doubtOf(days: number, isSlotKnown: boolean, isSeasonless: boolean): number {
  if (days < 1) return 0.02
  if (days >= 7) return isSlotKnown ? 0 : 0.01
  if (isSeasonless) return isSlotKnown ? 0.0005 : 0.002
  return isSlotKnown ? 0.002 : 0.01
}

function score(series: ShareSeries, step: CivilStep, k: number, n: number, p: number, extra: number): number {
  let observed = k
  let total = n
  let expected = n * p
  let seen = 1
  let ago = 1
  let place = step.index % KEPT
  const reach = step.index - Math.max(series.since, series.first) + 1
  // One walk back: each window's sums are those of the next shorter one and some.
  for (const window of series.windows) {
    for (const least = Math.min(window.steps, reach); ago < least; ago += 1) {
      place = place === 0 ? KEPT - 1 : place - 1
      const past = series.totals[place] ?? -1
      if (past < 0) continue
      observed += series.counts[place] ?? 0
      total += past
      expected += past * (series.expected[place] ?? 0)
      seen += 1
    }
    window.observed = observed / total
    window.expected = expected / total
    window.total = total
    window.seen = seen
    window.u = shareDeviation(observed, total, expected / total, window.phi + extra)
  }
  const first = series.windows[0]
  if (first === undefined) return 0
  const alone = first.u
  first.u = alone - clamp(series.lagTop / series.lagBottom, 0, 0.95) * series.trail
  return alone
}

/** Opens an alarm. What its window holds isn't to be learnt as it is. */
function enter(series: ShareSeries, step: CivilStep, open: OpenAlarm, u: number): void {
  Object.assign(series.watch, { open, fast: u, quiet: 0 })
  const from = step.index - Math.max(1, Math.round((open.hours * step.perDay) / 24)) + 1
  series.doubtFrom = series.doubtTo > series.learnt ? Math.min(series.doubtFrom, from) : from
  series.doubtTo = step.index
}

function afterOpen(series: ShareSeries, step: CivilStep, open: OpenAlarm, u: number): OpenAlarm | null {
  const over = settles(series.watch, open, u)
  if (!over && !isLasting(open, step, daysOf(series, step), u)) return null
  if (over) notePassed(series.watch, open)
  else acceptShareLevel(series, step, open.step)
  closeShares(series, step.index)
  return open
}

/** Since its first step. */
function daysOf({ first }: ShareSeries, { index, perDay }: CivilStep): number {
  return (index - first) / perDay
}
