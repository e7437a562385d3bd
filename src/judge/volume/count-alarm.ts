import { HOUR } from '../../model/time.ts'
import type { Expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import type { Band } from './detector.ts'
import { silenceOf, neverBegan } from './count-silence.ts'
import type { CountSeries } from './count-state.ts'
import { holidayView } from './holiday.ts'
import { countAt, deviation, scoreAt, surprise, type WindowState } from './residual.ts'
import { MISSING } from './rings.ts'
import { isMonthly, noteSurge } from './surges.ts'
import { HOLIDAYS_PER_WEEK, nats, type Scoring, youngNats } from './threshold.ts'
import { burstDoubt, doubt, type OpenAlarm } from './watch.ts'

/** The alarm that this step raises; one that a holiday may explain is held back. */
export function alarmOf(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
): OpenAlarm | null {
  const quiet = silenceOf(series, step, count, ahead, scoring)
  if (quiet === null && ahead.days < 1) return null
  const found = quiet ?? windowAlarm(series, step, ahead, scoring, null)
  if (found === null) return null
  if (isAsAMonthAgo(series, step, found)) {
    noteSurge(series.surges, step.date, count, ahead.mu)
    series.held = true
    return null
  }
  const isClosed = count === 0 && neverBegan(series, step, ahead.weeks)
  if (!isClosed && (quiet !== null || !mayBeHoliday(series, step, count, ahead, scoring))) return found
  series.held = true
  return null
}

/** Whether a surge is one of those that come by the calendar. */
export function isAsAMonthAgo({ surges }: CountSeries, step: CivilStep, found: OpenAlarm): boolean {
  return found.direction === 'up' && isMonthly(surges, step.date, (found.observed + 1) / (found.expected + 1))
}

/** Whether an untagged holiday is a good enough explanation, at allowances that a few holidays a year would exhaust. */
function mayBeHoliday(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
): boolean {
  const window = series.windows[0]
  if (window === undefined || step.day !== 0 || scoring.falseAlarmsPerWeek >= HOLIDAYS_PER_WEEK) return false
  const phi = window.phi + ahead.extra
  const view = holidayView(series.rings, series.expected, step, count, ahead.mu, ahead.level, phi, window.sigma)
  if (view.against > Math.log(HOLIDAYS_PER_WEEK / scoring.falseAlarmsPerWeek)) return false
  return windowAlarm(series, step, ahead, scoring, view.steps) === null
}

/** A series that is so young doesn't know yet whether it has bursts; where so few were expected they are nobody's emergency. */
const YOUNG_WEEKS = 3
const LEAST_FOR_BURSTS = 30

/** The window furthest beyond its threshold; `today`: what is expected of today's steps instead, if it is a holiday. */
function windowAlarm(
  series: CountSeries,
  step: CivilStep,
  ahead: Expectation,
  scoring: Scoring,
  today: readonly number[] | null,
): OpenAlarm | null {
  let best: OpenAlarm | null = null
  let margin = 0
  const newest = series.windows[0]
  for (const window of series.windows) {
    if (window.seen * 3 < window.steps * 2) continue
    const expected = today === null ? window.expected : window.expected + changedBy(series, step, window, ahead, today)
    const u = today === null ? window.u : deviation(window.observed, expected, window.phi + ahead.extra)
    const z = u / window.sigma
    const tail = z > 0 ? window.up : window.down
    if (newest !== undefined && isContrary(newest, z)) continue
    const hours = (window.steps * step.length) / HOUR
    const effect = Math.abs(window.observed / Math.max(expected, 1e-9) - 1)
    if (Math.abs(z) <= tail.q || effect < (hours <= 1 ? 0.1 : 0.05)) continue
    const isBurst = z > 0 && expected < LEAST_FOR_BURSTS
    const calm = nats(step.perWeek, window.steps, hours, scoring.falseAlarmsPerWeek)
    if (isBurst && ahead.weeks < YOUNG_WEEKS) {
      // Once a step: what today would be as a holiday is asked after what it is.
      if (today === null && window.steps === 1 && surprise(tail, z, scoring.power, scoring.prior) > calm)
        series.watch.passed.up += 1
      continue
    }
    const threshold =
      calm +
      youngNats(ahead, z > 0 ? 'up' : 'down') +
      (isBurst ? burstDoubt(series.watch) : doubt(series.watch, z > 0 ? 'up' : 'down'))
    const beyond = surprise(tail, Math.abs(z), scoring.power, scoring.prior) - threshold
    if (beyond <= margin) continue
    margin = beyond
    best = {
      kind: 'volume',
      direction: z > 0 ? 'up' : 'down',
      openedAt: step.start + step.length,
      observed: window.observed,
      ...windowBand(window, ahead, threshold, scoring),
      step: step.index,
      hours,
    }
  }
  return best
}

/** Whether the newest step alone is clearly off to the other side: then it isn't what a longer window says that happens now. */
function isContrary({ u, sigma, up, down }: WindowState, z: number): boolean {
  const alone = u / sigma
  return z > 0 ? -alone > down.q : alone > up.q
}

/** How much more a window would expect if today's steps were these. */
function changedBy(
  series: CountSeries,
  step: CivilStep,
  window: WindowState,
  ahead: Expectation,
  today: readonly number[],
): number {
  let change = 0
  const reach = Math.min(window.steps, today.length)
  for (let ago = 0; ago < reach; ago += 1) {
    const index = step.index - ago
    if (index < Math.max(series.since, series.rings.first)) break
    const raw = ago === 0 ? 0 : (series.rings.raw[index % series.rings.raw.length] ?? MISSING)
    if (raw < 0) continue
    const expected = ago === 0 ? ahead.mu : (series.expected[index % series.expected.length] ?? 0)
    change += (today[today.length - 1 - ago] ?? expected) - expected
  }
  return change
}

function windowBand(window: WindowState, ahead: Pick<Expectation, 'extra'>, threshold: number, scoring: Scoring): Band {
  const phi = window.phi + ahead.extra
  const up = scoreAt(window.up, threshold, scoring.power, scoring.prior) * window.sigma
  const down = scoreAt(window.down, threshold, scoring.power, scoring.prior) * window.sigma
  return {
    expected: window.expected,
    lower: countAt(window.expected, phi, -down),
    upper: countAt(window.expected, phi, up),
  }
}

/** What the newest step was expected to count, and where it would have raised an alarm; null while too little is known. */
export function countBand(series: CountSeries, scoring: Scoring): Band | null {
  const window = series.windows[0]
  if (window === undefined || series.rings.last - series.rings.first < series.rings.perDay) return null
  const expected = series.expected[series.rings.last % series.expected.length] ?? 0
  const ahead = { extra: 0 }
  return windowBand(
    { ...window, expected },
    ahead,
    nats(series.rings.perWeek, 1, 1, scoring.falseAlarmsPerWeek),
    scoring,
  )
}
