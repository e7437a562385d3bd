import { HOUR } from '../../model/time.ts'
import { clamp, scoreAt, surprise, type WindowState } from './residual.ts'
import { shareAt, shareDeviation, type ShareStep, type ShareSteps } from './share-deviation.ts'
import { GONE_HOURS } from './share-gone.ts'
import { shareHolidayView } from './share-holiday.ts'
import { HOLIDAYS_PER_WEEK, type Scoring, shareNats, youngShareNats } from './threshold.ts'
import { doubt, type OpenAlarm, type Watch } from './watch.ts'

/** What a share looks like at its newest step. */
interface Shared extends ShareSteps {
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  held: boolean
}

/** The alarm that this step raises; one that a holiday may explain is held back. */
export function shareAlarm(series: Shared, now: ShareStep, scoring: Scoring): OpenAlarm | null {
  const { step, k, n, p } = now
  const found = windowAlarm(series, now, scoring, null)
  const window = series.windows[0]
  if (found === null || window === undefined) return found
  if (step.day !== 0 || scoring.falseAlarmsPerWeek >= HOLIDAYS_PER_WEEK) return found
  const { against, steps } = shareHolidayView(series, step, k, n, p, window)
  if (against > Math.log(HOLIDAYS_PER_WEEK / scoring.falseAlarmsPerWeek)) return found
  if (windowAlarm(series, now, scoring, steps) !== null) return found
  series.held = true
  return null
}

/** So many times what the open alarm told of is something else; a fault's first hours may still be getting worse. */
const WORSE = 2.5
const FIRST_STEPS = 3

/**
 * The alarm that another one is open for no longer: from what has come since, the contrary is the case, as when in the midst of a surge half is missing; or far
 * worse, as when a platform is gone that was a little low.
 */
export function otherShareAlarm(series: Shared, now: ShareStep, scoring: Scoring, open: OpenAlarm): OpenAlarm | null {
  const since = now.step.index - open.step
  const windows = series.windows.filter(({ steps }) => steps <= since)
  const found = windows.length === 0 ? null : windowAlarm({ ...series, windows }, now, scoring, null)
  if (found === null || found.direction !== open.direction) return found
  return since > FIRST_STEPS && offBy(found) > WORSE * offBy(open) ? found : null
}

function offBy({ observed, expected }: OpenAlarm): number {
  return Math.abs(observed - expected)
}

/** By how many records a window would expect more if these were the shares of today's steps. */
function changedBy(series: Shared, { step, n, p }: ShareStep, window: WindowState, today: readonly number[]): number {
  const size = series.totals.length
  let change = 0
  for (let ago = 0; ago < Math.min(window.steps, today.length, size); ago += 1) {
    const index = step.index - ago
    if (index < Math.max(series.since, series.first)) break
    const total = ago === 0 ? n : (series.totals[index % size] ?? -1)
    if (total <= 0) continue
    const expected = ago === 0 ? p : (series.expected[index % size] ?? 0)
    change += total * ((today[today.length - 1 - ago] ?? expected) - expected)
  }
  return change
}

/** The window furthest beyond its threshold; `today`: the shares expected of today's steps instead, if it is a holiday. */
function windowAlarm(
  series: Shared,
  now: ShareStep,
  scoring: Scoring,
  today: readonly number[] | null,
): OpenAlarm | null {
  const { step, extra, days } = now
  let best: OpenAlarm | null = null
  let margin = 0
  for (const window of series.windows) {
    const hours = (window.steps * step.length) / HOUR
    // Whether all is gone another test tells better, and spends its own part of the allowance on it.
    if (window.seen * 3 < window.steps * 2 || (window.observed === 0 && hours <= GONE_HOURS)) continue
    let { u } = window
    let { expected } = window
    if (today !== null) {
      expected = clamp(expected + changedBy(series, now, window, today) / window.total, 0, 1)
      u = shareDeviation(window.observed * window.total, window.total, expected, window.phi + extra)
    }
    const z = u / window.sigma
    const tail = z > 0 ? window.up : window.down
    const rarer = Math.max(1e-9, Math.min(expected, 1 - expected))
    const effect = Math.abs(window.observed - expected) / rarer
    if (Math.abs(z) <= tail.q || effect < (hours <= 1 ? 0.1 : 0.05)) continue
    const threshold =
      shareNats(step.perWeek, window.steps, hours, scoring.falseAlarmsPerWeek) +
      youngShareNats(days, scoring) +
      doubt(series.watch, z > 0 ? 'up' : 'down')
    const beyond = surprise(tail, Math.abs(z), scoring.power, scoring.prior) - threshold
    if (beyond <= margin) continue
    margin = beyond
    const phi = window.phi + extra
    const up = scoreAt(window.up, threshold, scoring.power, scoring.prior) * window.sigma
    const down = scoreAt(window.down, threshold, scoring.power, scoring.prior) * window.sigma
    best = {
      kind: 'share',
      direction: z > 0 ? 'up' : 'down',
      openedAt: step.start + step.length,
      observed: window.observed,
      expected: window.expected,
      lower: shareAt(window.total, window.expected, phi, -down),
      upper: shareAt(window.total, window.expected, phi, up),
      step: step.index,
      hours,
    }
  }
  return best
}
