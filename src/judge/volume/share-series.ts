import { HOUR } from '../../model/time.ts'
import type { CivilStep } from './civil.ts'
import { type Judged, NOTHING } from './count-series.ts'
import { clamp, emptyWindow, learnSpread, learnTail, type WindowState } from './residual.ts'
import { otherShareAlarm, shareAlarm } from './share-alarm.ts'
import { shareDeviation } from './share-deviation.ts'
import { emptyGone, type Gone, goneAlarm, learnChances } from './share-gone.ts'
import {
  emptyShareProfile,
  expectedShare,
  globalShare,
  isKnown,
  learnShare,
  rebaseShare,
  type ShareProfile,
  slotOf,
} from './share-profile.ts'
import type { Scoring } from './threshold.ts'
import { emptyWatch, forgetPassed, notePassed, type OpenAlarm, settles, type Watch } from './watch.ts'
import { KEPT, windowSteps } from './window-steps.ts'

/** So long after a step it enters the profile, so that what a window is held against knows nothing of it; a young share can't wait. */
const LAG_HOURS = 48
const YOUNG_LAG = 1 / 20
/** By how much of the rarer side a step in which all isn't well may move the profile: a wrong slot heals. */
const HEALS = 0.1

/** Everything known about one share: k of n. Plain data. */
export interface ShareSeries {
  readonly profile: ShareProfile
  /** The last steps: count, total, slot and expected share; total -1 for a step that wasn't observed. */
  readonly counts: Float64Array
  readonly totals: Float64Array
  readonly expected: Float64Array
  readonly slots: Float32Array
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  readonly gone: Gone
  first: number
  last: number
  /** Windows reach back to this step, not further: they are cleared when an alarm closes. */
  since: number
  /** Up to which step the profile has learnt, and between which steps all wasn't well. */
  learnt: number
  doubtFrom: number
  doubtTo: number
  /** Local day of the newest step that was observed. */
  date: number
  trail: number
  lagTop: number
  lagBottom: number
  /** Whether an alarm is held back today, since the day may be a holiday. */
  held: boolean
}

export function emptyShareSeries(perDay: number): ShareSeries {
  return {
    profile: emptyShareProfile(),
    counts: new Float64Array(KEPT),
    totals: new Float64Array(KEPT).fill(-1),
    expected: new Float64Array(KEPT),
    slots: new Float32Array(KEPT),
    windows: windowSteps(perDay).map((count) => emptyWindow(count, 0.0005)),
    watch: emptyWatch(),
    gone: emptyGone(),
    first: -1,
    last: -1,
    since: 0,
    learnt: -1,
    doubtFrom: 0,
    doubtTo: -1,
    date: 0,
    trail: 0,
    lagTop: 6,
    lagBottom: 20,
    held: false,
  }
}

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
    const over = count !== null && open !== null && isLasting(series, step, open)
    if (over) close(series, step.index)
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
  const days = (step.index - series.first) / step.perDay
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
  const now = { step, k, n: total, p, extra, days }
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
      learn(series, step, u, extra, days, scoring)
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

function learn(series: ShareSeries, step: CivilStep, u: number, extra: number, days: number, scoring: Scoring): void {
  if (days < 1) return
  for (const window of series.windows) {
    if (window.seen * 3 < window.steps * 2) continue
    const hours = (window.steps * step.length) / HOUR
    // Without the doubt of youth, which would teach that the series is quieter than it is.
    const plain =
      extra > 0
        ? shareDeviation(window.observed * window.total, window.total, window.expected, window.phi)
        : window.steps === 1
          ? u
          : window.u
    const z = window.u / window.sigma
    learnSpread(window, plain, hours, window.total)
    learnTail(window.up, z, window, hours, scoring, extra > 0)
    learnTail(window.down, -z, window, hours, scoring, extra > 0)
  }
  const clipped = clamp(u, -3, 3)
  series.lagTop = 0.998 * series.lagTop + clipped * series.trail
  series.lagBottom = 0.998 * series.lagBottom + series.trail * series.trail + 0.02
  series.trail = 0.5 * series.trail + 0.5 * clipped
}

function afterOpen(series: ShareSeries, step: CivilStep, open: OpenAlarm, u: number): OpenAlarm | null {
  const over = settles(series.watch, open, u)
  if (!over && !isLasting(series, step, open)) return null
  if (over) notePassed(series.watch, open)
  else accept(series, step, open.step)
  close(series, step.index)
  return open
}

/** Whether an alarm has been open for so long that what it found is how things are. */
function isLasting({ first }: ShareSeries, step: CivilStep, open: OpenAlarm): boolean {
  const hours = ((step.index - open.step) * step.length) / HOUR
  return hours >= ((step.index - first) / step.perDay < 14 ? 8 : 96)
}

/** Takes what the alarm that is open found for normal, at once. */
export function acceptShares(series: ShareSeries, step: CivilStep): OpenAlarm | null {
  const { open } = series.watch
  if (open === null) return null
  accept(series, step, open.step)
  close(series, series.last)
  return open
}

/** Ends the alarm that is open. What it was seen in is no part of later windows. */
function close(series: ShareSeries, last: number): void {
  series.watch.open = null
  series.since = last + 1
  series.trail = 0
}

/** The share of the last day is the normal one. */
function accept(series: ShareSeries, step: CivilStep, since: number): void {
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

/** Steps between the newest one and this weren't observed. */
function skipTo(series: ShareSeries, { index, perDay }: CivilStep): void {
  if (series.first < 0) return
  if (index - series.last > 10 * KEPT) {
    takeIn(series, perDay, series.last)
    series.last = index - 1 - KEPT
    series.learnt = series.last
  }
  while (series.last + 1 < index) keep(series, perDay, 0, 0, -1, 0)
}

function keep(series: ShareSeries, perDay: number, slot: number, count: number, total: number, expected: number): void {
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
function takeIn(series: ShareSeries, perDay: number, upTo: number): void {
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
