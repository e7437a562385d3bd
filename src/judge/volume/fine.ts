import { HOUR } from '../../model/time.ts'
import { expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import { isAsAMonthAgo } from './count-alarm.ts'
import { neverBegan } from './count-silence.ts'
import type { CountSeries } from './count-state.ts'
import { emptyGaps, followGaps, forgetGaps, type Gaps, isGap, isMuch } from './gaps.ts'
import { isJittery } from './jitter.ts'
import { LEAST_EXPECTED, mayBeginHoliday, mayBeHoliday, type OpenHour, silent, sudden } from './fine-alarm.ts'
import { clamp, deviation, emptyWindow, learnSpread, learnTail, type WindowState } from './residual.ts'
import type { OpenAlarm } from './watch.ts'

/** What is looked at inside the hour: a quarter of one. */
const WINDOW_MS = HOUR / 4
/** An hour that expects fewer says nothing inside: its quarters don't reach `LEAST_EXPECTED`. */
const LEAST_HOURLY = (LEAST_EXPECTED * HOUR) / WINDOW_MS
/** Half-life of how far the hour as a whole is off, which isn't a fault's sudden edge. */
const DRIFT_HALF_LIFE = HOUR
const DRIFT_TAKEN = 0.7
/** Over-dispersion of a quarter of an hour beyond which nothing is said inside the hour: what comes in batches comes when it comes. */
const UNSTEADY = 0.25
/** What a silence that ended by itself keeps of its weight at each bucket with records: half after some weeks. */
const BENIGN_KEEPS = 0.99992

/** The buckets inside a series' step, where they are shorter than an hour. Plain data. */
export interface Fine {
  /** The last buckets' counts and expectations. */
  readonly counts: Float64Array
  readonly expected: Float64Array
  readonly window: WindowState
  /** Buckets seen, the step of the newest one, and the step whose means are below. */
  seen: number
  newest: number
  step: number
  before: number
  now: number
  after: number
  level: number
  extra: number
  weeks: number
  days: number
  /** Average of the logarithm of counted over expected. */
  off: number
  /** Records expected since the last one, and the largest such number that ended by itself: what comes in batches is silent between them. */
  silence: number
  benign: number
  readonly gaps: Gaps
  /** Buckets that are still only learnt from. */
  rest: number
}

/** An hour that isn't over, and the one that comes next. */
export interface LookedInto extends OpenHour {
  readonly fine: Fine
  readonly next: CivilStep
}

/** `rest`: buckets from which it learns how a series goes inside its hours before anything may be an alarm. */
export function emptyFine(bucket: number, rest = 0): Fine {
  const buckets = Math.max(1, Math.round(WINDOW_MS / bucket))
  return {
    counts: new Float64Array(buckets),
    expected: new Float64Array(buckets),
    window: emptyWindow(buckets, 0.01),
    seen: 0,
    newest: -1,
    step: -1,
    before: 0,
    now: 0,
    after: 0,
    level: 0,
    extra: 0,
    weeks: 0,
    days: 0,
    off: 0,
    silence: 0,
    benign: 0,
    gaps: emptyGaps(),
    rest,
  }
}

/** Whether a step that begins expects enough for its parts to say something. */
export function isLookedInto(fine: Fine, series: CountSeries, step: CivilStep, next: CivilStep): boolean {
  if (series.rings.last !== step.index - 1 || series.asleep) return false
  if (fine.step !== step.index) enter(fine, series, step, next)
  return fine.days >= 1 && fine.now >= LEAST_HOURLY
}

/**
 * Judges one bucket, the step's `part`: silence, collapse, surge. The expectation is interpolated between the hours' middles
 * and follows how far the last hour was off, so that a slow morning isn't an alarm.
 */
export function judgeFine(hour: LookedInto, part: number, count: number): OpenAlarm | null {
  const { fine, series, step, next, parts, scoring } = hour
  if (series.rings.first < 0 || series.asleep) return null
  if (fine.step !== step.index) enter(fine, series, step, next)
  if (fine.newest < step.index - 1) resume(fine, series, step)
  fine.newest = step.index
  const middle = (part + 0.5) / parts
  const plain =
    (middle < 0.5
      ? fine.before + (fine.now - fine.before) * (middle + 0.5)
      : fine.now + (fine.after - fine.now) * (middle - 0.5)) / parts
  const mean = plain * Math.exp(DRIFT_TAKEN * fine.off)
  const slot = fine.seen % fine.counts.length
  forgetGaps(fine.gaps, step.perWeek * parts)
  if ((count === 0 || fine.gaps.run > 0) && isMuch(plain, fine.window.phi))
    followGaps(fine.gaps, count, step.perDay * parts)
  const isUnseen = count === 0 && isGap(fine.gaps)
  fine.counts[slot] = isUnseen ? 0 : count
  fine.expected[slot] = isUnseen ? 0 : mean
  fine.seen += 1
  if (count > 0) {
    if (series.watch.open === null) fine.benign = Math.max(fine.benign * BENIGN_KEEPS, fine.silence)
    fine.silence = 0
  } else fine.silence += Math.min(plain, mean)
  const end = step.start + (step.length * (part + 1)) / parts
  if (series.watch.open !== null) return null
  const waits = isJittery(series.jitter) || (count === 0 && neverBegan(series, step, fine.weeks))
  const speaks = fine.rest === 0 && fine.window.phi <= UNSTEADY && !waits
  if (isUnseen) return null
  if (count === 0 && speaks) {
    const quiet = silent(hour, end)
    if (quiet !== null) return quiet
  }
  if (fine.days < 1 || fine.seen < fine.counts.length) return null
  const { window } = fine
  window.observed = sum(fine.counts)
  window.expected = sum(fine.expected)
  window.u = deviation(window.observed, window.expected, window.phi + fine.extra)
  const found = speaks && !series.held && !mayBeginHoliday(step, scoring) ? sudden(hour, end) : null
  if (found === null) {
    learn(hour, count, plain)
    return null
  }
  return isAsAMonthAgo(hour.series, hour.step, found) || mayBeHoliday(hour) ? null : found
}

/** Goes on after hours that weren't looked into: few came in them, or nobody observed them. What was seen before is no part of what comes. */
function resume(fine: Fine, series: CountSeries, step: CivilStep): void {
  fine.seen = 0
  fine.off *= 0.5 ** (((step.index - 1 - fine.newest) * step.length) / DRIFT_HALF_LIFE)
  if (series.silence === 0) fine.silence = 0
}

function enter(fine: Fine, series: CountSeries, step: CivilStep, next: CivilStep): void {
  const phi = series.windows[0]?.phi ?? 0.02
  const ahead = expectation(series.rings, step, phi)
  const { rings } = series
  const last = rings.last === step.index - 1 ? (series.expected[rings.last % series.expected.length] ?? 0) : 0
  fine.step = step.index
  fine.now = ahead.mu
  fine.before = last > 0 ? last : ahead.mu
  fine.after = ahead.days < 1 ? ahead.mu : expectation(rings, next, phi).mu
  fine.level = ahead.level
  fine.extra = ahead.extra
  fine.weeks = ahead.weeks
  fine.days = ahead.days
}

function learn({ fine, step, parts, scoring }: LookedInto, count: number, plain: number): void {
  const { window } = fine
  const keeps = 0.5 ** (step.length / parts / DRIFT_HALF_LIFE)
  fine.off = keeps * fine.off + (1 - keeps) * clamp(Math.log((count + 0.5) / (plain + 0.5)), -0.7, 0.7)
  if (fine.extra >= 0.04) return
  fine.rest = Math.max(0, fine.rest - 1)
  const young = fine.extra > 0
  learnSpread(window, young ? deviation(window.observed, window.expected, window.phi) : window.u, 1)
  learnTail(window.up, window.u / window.sigma, window, 1, scoring, young)
  learnTail(window.down, -window.u / window.sigma, window, 1, scoring, young)
}

function sum(numbers: Float64Array): number {
  let all = 0
  for (const each of numbers) all += each
  return all
}
