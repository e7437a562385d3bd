import { HOUR } from '../../model/time.ts'
import { type Expectation, expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import { alarmOf } from './count-alarm.ts'
import { type Drift, driftOf, emptyDrift } from './drift.ts'
import { beginEpisode, emptyJitter, endEpisode, followEpisode, forgetJitter, type Jitter, waits } from './jitter.ts'
import {
  clamp,
  countAt,
  deviation,
  emptyWindow,
  learnSpread,
  learnTail,
  WINDOW_HOURS,
  type WindowState,
} from './residual.ts'
import { append, emptyRings, MISSING, resum, type Rings } from './rings.ts'
import type { Scoring } from './threshold.ts'
import { emptyWatch, forgetPassed, notePassed, type OpenAlarm, settles, type Watch } from './watch.ts'

/** Larger counts are taken for this, so that sums and squares of them stay numbers. */
export const MOST_COUNT = 1e15

/** Steps whose counts and expectations are kept beside each other: the longest window and some. */
const KEPT = 64

/** Doubt from which on the day's type hasn't been seen before. */
const UNKNOWN_DAY = 0.4

/** Everything known about one series of counts. Plain data: it can be stored and read back bit for bit. */
export interface CountSeries {
  readonly rings: Rings
  readonly expected: Float32Array
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  /** Windows reach back to this step, not further: they are cleared when an alarm closes. */
  since: number
  /** Average of clipped deviations, and the regression of a deviation on it. */
  trail: number
  lagTop: number
  lagBottom: number
  /** Records expected since the last one, and the largest such number that ended by itself. */
  silence: number
  benign: number
  /** Steps with a record in them. */
  arrived: number
  /** Whether a silence has been accepted: nothing more is expected until something comes. */
  asleep: boolean
  /** Whether an alarm is held back today, since the day may be a holiday. */
  held: boolean
  /** Steps from which a new level was taken, and up to which it is provisional; 0 when none is. */
  newLevelFrom: number
  newLevelUntil: number
  readonly drift: Drift
  readonly jitter: Jitter
}

export function emptyCountSeries(perDay: number): CountSeries {
  const hours = 24 / perDay
  const steps = [...new Set(WINDOW_HOURS.map((window) => Math.max(1, Math.round(window / hours))))]
  return {
    rings: emptyRings(perDay),
    expected: new Float32Array(KEPT),
    windows: steps.map((count, place) => emptyWindow(count, place === 0 ? 0.02 : 0.01)),
    watch: emptyWatch(),
    since: 0,
    trail: 0,
    lagTop: 6,
    lagBottom: 20,
    silence: 0,
    benign: 0,
    arrived: 0,
    asleep: false,
    held: false,
    newLevelFrom: 0,
    newLevelUntil: 0,
    drift: emptyDrift(),
    jitter: emptyJitter(),
  }
}

/** Counted and expected together: a step with less isn't learnt from. */
const LEAST_TELLING = 1

/** What one step changed. */
export interface Judged {
  readonly opened: OpenAlarm | null
  readonly closed: OpenAlarm | null
  /** A slow change noticed today: told once, never open. */
  readonly drift: OpenAlarm | null
}

export const NOTHING: Judged = { opened: null, closed: null, drift: null }

/** Judges one step's count; `null` for a step that wasn't observed. Changes `series`. */
export function stepCount(series: CountSeries, step: CivilStep, count: number | null, scoring: Scoring): Judged {
  skipTo(series, step.index)
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
  const ahead = settled(expected(series, step), count)
  if (series.held && step.sinceMidnight === 0) {
    // Whatever it was, it was yesterday.
    series.held = false
    series.silence = 0
    series.since = step.index
    series.trail = 0
  }
  // The first tagged holiday: its windows say nothing of the day after, nor of the level.
  if (step.day === 2 && ahead.extra >= UNKNOWN_DAY) series.held = true
  if (series.asleep) {
    takeIn(series, count, ahead.days < 14 ? count : ahead.mu, ahead.rho, ahead.mu)
    return NOTHING
  }
  const drift = step.sinceMidnight === 0 ? driftOf(series.drift, rings, step, watch.open !== null, scoring) : null
  const u = score(series, step, count, ahead)
  if (watch.open !== null) return { opened: null, closed: afterOpen(series, step, count, ahead, watch.open, u), drift }
  const found = alarmOf(series, step, count, ahead, scoring)
  const waiting = found !== null && waits(series.jitter, step.index, found.direction)
  const opened = waiting ? null : found
  if (opened !== null) {
    Object.assign(watch, { open: opened, fast: u, quiet: 0 })
    beginEpisode(series.jitter)
    followEpisode(series.jitter, count, ahead.mu)
  }
  const ordinary = found === null && !series.held
  if (ordinary) learn(series, step, ahead, u, scoring)
  takeIn(series, count, ordinary ? accepted(series, count, ahead) : ahead.mu, ahead.rho, ahead.mu)
  return { opened, closed: null, drift }
}

/** The expectation, in more doubt for the day after a new level was taken from a few hours; then it is fitted again. */
function expected(series: CountSeries, step: CivilStep): Expectation {
  const provisional = series.newLevelUntil > 0
  if (provisional && step.index >= series.newLevelUntil && series.watch.open === null) {
    scale(series, series.newLevelFrom)
    series.newLevelUntil = 0
    series.since = step.index
  }
  const ahead = expectation(series.rings, step, series.windows[0]?.phi ?? 0.02)
  return provisional ? { ...ahead, extra: ahead.extra + 0.04 } : ahead
}

/** The expectation where it is a span: the count itself if it lies in there. */
function settled(ahead: Expectation, count: number): Expectation {
  if (ahead.least >= ahead.mu) return ahead
  const mu = clamp(count, ahead.least, ahead.mu)
  return { ...ahead, mu, rho: mu / Math.max(ahead.level, 1e-9) }
}

/** Steps between the newest one and this weren't observed. After a gap longer than what is remembered, it starts afresh. */
function skipTo(series: CountSeries, index: number): void {
  const { rings } = series
  if (rings.first < 0) return
  if (index - rings.last > 3 * rings.perWeek) {
    Object.assign(series, emptyCountSeries(rings.perDay))
    return
  }
  while (rings.last + 1 < index) takeIn(series, MISSING, MISSING, MISSING, 0)
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

/** Spread, tails and autocorrelation follow the deviations of ordinary steps. */
function learn(series: CountSeries, step: CivilStep, ahead: Expectation, u: number, scoring: Scoring): void {
  if (ahead.extra >= 0.04) return
  for (const window of series.windows) {
    // Nothing expected and nothing come tells nothing of how far off the others are: closed at night isn't exact by day.
    if (window.seen * 3 < window.steps * 2 || window.observed + window.expected < LEAST_TELLING) continue
    const hours = (window.steps * step.length) / HOUR
    // Without the doubt of youth, which would teach that the series is quieter than it is.
    const young = ahead.extra > 0
    const plain = young ? deviation(window.observed, window.expected, window.phi) : window.steps === 1 ? u : window.u
    const z = window.u / window.sigma
    learnSpread(window, plain, hours)
    learnTail(window.up, z, window, hours, scoring, young)
    learnTail(window.down, -z, window, hours, scoring, young)
  }
  const clipped = clamp(u, -3, 3)
  series.lagTop = 0.998 * series.lagTop + clipped * series.trail
  series.lagBottom = 0.998 * series.lagBottom + series.trail * series.trail + 0.02
  series.trail = 0.5 * series.trail + 0.5 * clipped
}

/** What enters the level: after two weeks nothing further than 3.5 standard deviations from what was expected. */
function accepted(series: CountSeries, count: number, ahead: Expectation): number {
  const window = series.windows[0]
  if (window === undefined || ahead.days < 14) return count
  const reach = 3.5 * window.sigma
  return clamp(
    count,
    countAt(ahead.mu, window.phi + ahead.extra, -reach),
    countAt(ahead.mu, window.phi + ahead.extra, reach),
  )
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
  followEpisode(series.jitter, count, ahead.mu)
  takeIn(series, count, ahead.mu, ahead.rho, ahead.mu)
  const over = open.kind === 'outage' ? count > 0 && settles(watch, open, u) : settles(watch, open, u)
  const hours = ((step.index - open.step) * step.length) / HOUR
  const lasting = hours >= (ahead.days < 14 ? 8 : 96)
  if (!over && !lasting) return null
  if (over) {
    notePassed(watch, open)
    endEpisode(series.jitter, series.windows[0]?.phi ?? 0)
  } else accept(series, open.step + 1, ahead.days < 14)
  watch.open = null
  series.since = step.index + 1
  series.trail = 0
  series.silence = 0
  return open
}

/** Takes what the alarm that is open found for normal, at once. */
export function acceptCounts(series: CountSeries): OpenAlarm | null {
  const { open } = series.watch
  if (open === null) return null
  accept(series, open.step, false)
  series.watch.open = null
  series.since = series.rings.last + 1
  return open
}

/** The new level is the normal one: what was counted since `from` stands, and what was before is brought to its scale. */
function accept(series: CountSeries, from: number, isYoung: boolean): void {
  const { rings } = series
  if (!scale(series, from)) {
    // Closed for the night, or for good. A young series learns its season from it; an old one keeps what it knows.
    series.asleep = true
    if (!isYoung) return
    for (let index = Math.max(from, rings.last - rings.perDay + 1); index <= rings.last; index += 1) {
      const slot = index % rings.raw.length
      const raw = rings.raw[slot] ?? MISSING
      if (raw >= 0) rings.clean[slot] = raw
    }
    resum(rings)
    return
  }
  series.newLevelFrom = from
  series.newLevelUntil = rings.last + rings.perDay
}

/** False when nothing was counted, or nothing expected, so that there is no scale. */
function scale(series: CountSeries, from: number): boolean {
  const { rings } = series
  const size = rings.raw.length
  let counted = 0
  let expected = 0
  const start = Math.max(from, rings.first, rings.last - KEPT + 1, rings.last - rings.perDay + 1)
  for (let index = start; index <= rings.last; index += 1) {
    const raw = rings.raw[index % size] ?? MISSING
    if (raw < 0) continue
    counted += raw
    expected += series.expected[index % KEPT] ?? 0
  }
  if (counted <= 0 || expected <= 0) return false
  const factor = clamp(counted / expected, 1e-6, 1e6)
  for (let index = Math.max(rings.first, rings.last - size + 1, 0); index <= rings.last; index += 1) {
    const slot = index % size
    const raw = rings.raw[slot] ?? MISSING
    if (raw < 0) continue
    if (index < from) {
      rings.raw[slot] = Math.min(MOST_COUNT, raw * factor)
      rings.clean[slot] = Math.min(MOST_COUNT, (rings.clean[slot] ?? 0) * factor)
    } else rings.clean[slot] = raw
  }
  resum(rings)
  return true
}
