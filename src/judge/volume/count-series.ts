import { type Expectation, expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import { alarmOf } from './count-alarm.ts'
import { accepted, learnCount } from './count-learning.ts'
import { acceptLevel, closeCounts, isForgotten, scaleLevel } from './count-level.ts'
import { silenceOf } from './count-silence.ts'
import { type CountSeries, emptyCountSeries } from './count-state.ts'
import { driftOf } from './drift.ts'
import { followGaps, forgetGaps, isGap, isMuch } from './gaps.ts'
import { beginEpisode, endEpisode, followEpisode, forgetJitter, waits } from './jitter.ts'
import { lendSpread, lentExpectation } from './lent.ts'
import { clamp, deviation } from './residual.ts'
import { append, MISSING } from './rings.ts'
import type { Scoring } from './threshold.ts'
import { forgetSurge, noteSurge } from './surges.ts'
import { forgetPassed, isLasting, notePassed, type OpenAlarm, settles } from './watch.ts'
import { KEPT } from './window-steps.ts'

/** Doubt from which on the day's type hasn't been seen before. */
const UNKNOWN_DAY = 0.4
/** The same where others know it. */
const UNKNOWN_LENT = 0.005

/** What one step changed. */
export interface Judged {
  readonly opened: OpenAlarm | null
  readonly closed: OpenAlarm | null
  /** A slow change noticed today: told once, never open. */
  readonly drift: OpenAlarm | null
}

export const NOTHING: Judged = { opened: null, closed: null, drift: null }

/** Judges one step's count; `null` for a step that wasn't observed. `lenders`: whose season a young series borrows. Changes `series`. */
export function stepCount(
  series: CountSeries,
  step: CivilStep,
  count: number | null,
  scoring: Scoring,
  lenders: readonly CountSeries[] = [],
): Judged {
  const { open } = series.watch
  const isLost = skipTo(series, step.index) || (count !== null && isForgotten(series, count))
  if (isLost) Object.assign(series, emptyCountSeries(series.rings.perDay))
  const judged = judge(series, step, count, scoring, lenders)
  return isLost && open !== null ? { ...judged, closed: open } : judged
}

function judge(
  series: CountSeries,
  step: CivilStep,
  count: number | null,
  scoring: Scoring,
  lenders: readonly CountSeries[],
): Judged {
  const { rings, watch } = series
  if (count === null) {
    if (rings.first >= 0) takeIn(series, MISSING, MISSING, MISSING, 0)
    return NOTHING
  }
  if (rings.first < 0) {
    // A series begins with its first record: nothing is known of what was never used.
    if (count === 0) return NOTHING
    rings.first = step.index
    rings.last = step.index - 1
    series.since = step.index
  }
  forgetPassed(watch, step.perWeek)
  forgetJitter(series.jitter, step.perWeek)
  if (count > 0) series.arrived += 1
  if (series.asleep && count > 0) {
    series.asleep = false
    series.since = step.index
  }
  const ahead = settled(expected(series, step, lenders), count)
  // Not the hour of midnight: it may not have been observed, and some zones leave it out or have it twice.
  const isNewDay = step.date !== series.date
  series.date = step.date
  if (series.held && (isNewDay || (series.tagged && step.day !== 2))) {
    // Whatever it was, it was yesterday, or in the hours of an event that is over.
    series.held = false
    series.tagged = false
    series.silence = 0
    series.since = step.index
    series.trail = 0
  }
  // The first tagged holiday: its windows say nothing of the day after, nor of the level.
  if (step.day === 2 && ahead.extra >= UNKNOWN_DAY) {
    series.held = true
    series.tagged = true
  }
  if (series.asleep) {
    // A young one learns when it is closed; a grown one keeps what it knows.
    if (ahead.days < 14) takeIn(series, count, count, ahead.rho, ahead.mu)
    else takeIn(series, MISSING, MISSING, MISSING, 0)
    return NOTHING
  }
  if (mayBeUnseen(series, step, count, ahead)) {
    series.silence += ahead.mu
    takeIn(series, MISSING, MISSING, MISSING, ahead.mu)
    return NOTHING
  }
  const drift = isNewDay ? driftOf(series.drift, rings, step, watch.open !== null, scoring) : null
  const u = score(series, step, count, ahead)
  if (watch.open !== null) {
    const outage = outageInstead(series, step, count, ahead, scoring, watch.open)
    if (outage !== null) return { opened: outage, closed: replace(series, ahead, watch.open, outage), drift }
    return { opened: null, closed: afterOpen(series, step, count, ahead, watch.open, u), drift }
  }
  const found = alarmOf(series, step, count, ahead, scoring)
  const waiting = found !== null && waits(series.jitter, step.index, found.direction)
  const opened = waiting ? null : found
  if (opened !== null) {
    if (opened.direction === 'up') noteSurge(series.surges, step.date, count, ahead.mu)
    Object.assign(watch, { open: opened, fast: u, quiet: 0 })
    beginEpisode(series.jitter)
    followEpisode(series.jitter, count, ahead.mu)
  }
  const ordinary = found === null && !series.held
  if (ordinary) learnCount(series, step, ahead, u, scoring)
  takeIn(series, count, ordinary ? accepted(series, count, ahead) : ahead.mu, ahead.rho, ahead.mu)
  return { opened, closed: null, drift }
}

/** Whether nothing came because, as is usual here, nobody looked: then the step says nothing. */
function mayBeUnseen(series: CountSeries, step: CivilStep, count: number, ahead: Expectation): boolean {
  const { gaps, rings, watch } = series
  forgetGaps(gaps, step.perWeek)
  if (count > 0 && gaps.run === 0) return false
  const phi = series.windows[0]?.phi ?? 0.05
  const before = series.expected[rings.last % KEPT] ?? 0
  if (!isMuch(ahead.mu, phi) || !isMuch(before, phi)) return false
  followGaps(gaps, count, step.perDay)
  return isGap(gaps) && watch.open?.kind !== 'outage'
}

/**
 * The expectation, in more doubt for the day after a new level was taken from a few hours; then it is fitted again. That of the lenders' season where
 * it leaves less doubt.
 */
function expected(series: CountSeries, step: CivilStep, lenders: readonly CountSeries[]): Expectation {
  const provisional = series.newLevelUntil > 0
  if (provisional && step.index >= series.newLevelUntil && series.watch.open === null) {
    scaleLevel(series, series.newLevelFrom)
    series.newLevelUntil = 0
    series.since = step.index
  }
  const ahead = expectation(series.rings, step, series.windows[0]?.phi ?? 0.02)
  if (provisional) return { ...ahead, extra: ahead.extra + 0.04 }
  const lent = lentExpectation(series, step.index, lenders)
  if (lent === null) return ahead
  const extra = lent.doubt + (ahead.extra >= UNKNOWN_DAY ? UNKNOWN_LENT : 0)
  if (extra >= ahead.extra) return ahead
  lendSpread(series, lenders)
  return { ...ahead, mu: lent.mu, least: lent.mu, rho: lent.mu / Math.max(ahead.level, 1e-9), extra, isLent: true }
}

/** The expectation where it is a span: the count itself if it lies in there. */
function settled(ahead: Expectation, count: number): Expectation {
  if (ahead.least >= ahead.mu) return ahead
  const mu = clamp(count, ahead.least, ahead.mu)
  return { ...ahead, mu, rho: mu / Math.max(ahead.level, 1e-9) }
}

/** Steps between the newest one and this weren't observed. True: more of them than are remembered. */
function skipTo(series: CountSeries, index: number): boolean {
  const { rings } = series
  if (rings.first < 0) return false
  if (index - rings.last > rings.raw.length) return true
  while (rings.last + 1 < index) takeIn(series, MISSING, MISSING, MISSING, 0)
  return false
}

/** Moves windows and rings one step on. */
function takeIn(series: CountSeries, raw: number, clean: number, rho: number, mu: number): void {
  const { rings } = series
  const index = rings.last + 1
  series.expected[index % KEPT] = mu
  append(rings, raw, clean, rho)
}

/** Sums of each window with this step in it, and the deviation of each; answers that of the step alone. */
function score(series: CountSeries, step: CivilStep, count: number, ahead: Expectation): number {
  const { rings, windows } = series
  const size = rings.raw.length
  let observed = count
  let expected = ahead.mu
  let seen = 1
  let ago = 1
  const reach = step.index - Math.max(series.since, rings.first) + 1
  const { raw } = rings
  let slot = step.index % size
  let place = step.index % KEPT
  // One walk back: each window's sums are those of the next shorter one and some.
  for (const window of windows) {
    for (const least = Math.min(window.steps, reach); ago < least; ago += 1) {
      slot = slot === 0 ? size - 1 : slot - 1
      place = place === 0 ? KEPT - 1 : place - 1
      const past = raw[slot] ?? MISSING
      if (past < 0) continue
      observed += past
      expected += series.expected[place] ?? 0
      seen += 1
    }
    window.observed = observed
    window.expected = expected
    window.seen = seen
    window.u = deviation(observed, expected, window.phi + ahead.extra)
  }
  const first = windows[0]
  if (first === undefined) return 0
  const alone = first.u
  first.u = alone - clamp(series.lagTop / series.lagBottom, 0, 0.95) * series.trail
  return alone
}

/** Silence while something else is open that says the contrary: too much came, and now nothing does. */
function outageInstead(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
  open: OpenAlarm,
): OpenAlarm | null {
  return open.direction === 'up' ? silenceOf(series, step, count, ahead, scoring) : null
}

/** Closes an alarm in favour of another one. */
function replace(series: CountSeries, ahead: Expectation, open: OpenAlarm, by: OpenAlarm): OpenAlarm {
  notePassed(series.watch, open)
  Object.assign(series.watch, { open: by, fast: 0, quiet: 0 })
  beginEpisode(series.jitter)
  followEpisode(series.jitter, 0, ahead.mu)
  takeIn(series, 0, ahead.mu, ahead.rho, ahead.mu)
  return open
}

/** While an alarm is open nothing is learnt, and what was expected enters the level in place of what was counted. */
function afterOpen(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  open: OpenAlarm,
  u: number,
): OpenAlarm | null {
  const { watch } = series
  if (count > 0) series.silence = 0
  if (open.direction === 'up' && u > 0) noteSurge(series.surges, step.date, count, ahead.mu)
  followEpisode(series.jitter, count, ahead.mu)
  takeIn(series, count, ahead.mu, ahead.rho, ahead.mu)
  const over = open.kind === 'outage' ? count > 0 && settles(watch, open, u) : settles(watch, open, u)
  if (!over && !isLasting(open, step, ahead.days, u)) return null
  if (over) {
    notePassed(watch, open)
    endEpisode(series.jitter, series.windows[0]?.phi ?? 0)
  } else {
    acceptLevel(series, open.step + 1, ahead.days < 14)
    if (open.direction === 'up') forgetSurge(series.surges)
  }
  closeCounts(series)
  return open
}
