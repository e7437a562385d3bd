import { HOUR } from '../../model/time.ts'
import type { Expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import type { CountSeries } from './count-state.ts'
import { clamp, countAt, deviation, learnSpread, learnTail } from './residual.ts'
import type { Scoring } from './threshold.ts'

/** Counted and expected together: a step with less isn't learnt from. */
const LEAST_TELLING = 1

/** Spread, tails and autocorrelation follow the deviations of ordinary steps. */
export function learnCount(
  series: CountSeries,
  step: CivilStep,
  ahead: Expectation,
  u: number,
  scoring: Scoring,
): void {
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
export function accepted(series: CountSeries, count: number, ahead: Expectation): number {
  const window = series.windows[0]
  if (window === undefined || ahead.days < 14) return count
  const reach = 3.5 * window.sigma
  const phi = window.phi + ahead.extra
  const u = deviation(count, ahead.mu, phi)
  return Math.abs(u) <= reach ? count : countAt(ahead.mu, phi, Math.sign(u) * reach)
}
