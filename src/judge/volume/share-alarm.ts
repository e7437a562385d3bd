import { HOUR } from '../../model/time.ts'
import type { CivilStep } from './civil.ts'
import { clamp, scoreAt, surprise, type WindowState } from './residual.ts'
import { shareAt, shareDeviation } from './share-deviation.ts'
import { expectedShare, type ShareProfile, slotOf } from './share-profile.ts'
import { HOLIDAYS_PER_WEEK, type Scoring, shareNats, youngShareNats } from './threshold.ts'
import { doubt, type OpenAlarm, type Watch } from './watch.ts'

/** What a share looks like at its newest step. */
interface Shared {
  readonly profile: ShareProfile
  readonly totals: Float64Array
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  readonly first: number
  readonly since: number
  held: boolean
}

/** The alarm that this step raises; one that a holiday may explain is held back. */
export function shareAlarm(
  series: Shared,
  step: CivilStep,
  total: number,
  extra: number,
  days: number,
  scoring: Scoring,
): OpenAlarm | null {
  const found = windowAlarm(series, step, extra, days, scoring, null)
  if (found === null || step.day !== 0 || scoring.falseAlarmsPerWeek >= HOLIDAYS_PER_WEEK) return found
  // An untagged holiday has the mix of a day of the other type.
  const asHoliday = windowAlarm(series, step, extra, days, scoring, total)
  if (asHoliday !== null) return found
  series.held = true
  return null
}

/** By how many records a window would expect more if today were a day of the other type. */
function changedBy(series: Shared, step: CivilStep, window: WindowState, total: number): number {
  let change = 0
  for (let ago = 0; ago < Math.min(window.steps, step.sinceMidnight + 1, series.totals.length); ago += 1) {
    const index = step.index - ago
    if (index < Math.max(series.since, series.first)) break
    const hour = Math.floor(((step.sinceMidnight - ago) * 24) / step.perDay)
    const n = ago === 0 ? total : (series.totals[index % series.totals.length] ?? -1)
    if (n < 0) continue
    change += n * (expectedShare(series.profile, slotOf(1, hour)) - expectedShare(series.profile, slotOf(0, hour)))
  }
  return change
}

/** The window furthest beyond its threshold; `holiday`: this step's total, if today is to be taken as a day of the other type. */
function windowAlarm(
  series: Shared,
  step: CivilStep,
  extra: number,
  days: number,
  scoring: Scoring,
  holiday: number | null,
): OpenAlarm | null {
  let best: OpenAlarm | null = null
  let margin = 0
  for (const window of series.windows) {
    if (window.seen * 3 < window.steps * 2) continue
    let { u } = window
    let { expected } = window
    if (holiday !== null) {
      expected = clamp(expected + changedBy(series, step, window, holiday) / window.total, 0, 1)
      u = shareDeviation(window.observed * window.total, window.total, expected, window.phi + extra)
    }
    const z = u / window.sigma
    const hours = (window.steps * step.length) / HOUR
    const tail = z > 0 ? window.up : window.down
    const rarer = Math.max(1e-9, Math.min(expected, 1 - expected))
    const effect = Math.abs(window.observed - expected) / rarer
    if (Math.abs(z) <= tail.q || effect < (hours <= 1 ? 0.1 : 0.05)) continue
    const threshold =
      shareNats(step.perWeek, window.steps, hours, scoring.falseAlarmsPerWeek) +
      youngShareNats(days) +
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
