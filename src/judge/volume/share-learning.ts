import { HOUR } from '../../model/time.ts'
import { clamp, learnSpread, learnTail } from './residual.ts'
import { shareDeviation, type ShareStep } from './share-deviation.ts'
import type { ShareSeries } from './share-state.ts'
import type { Scoring } from './threshold.ts'

/** Spread, tails and autocorrelation follow the deviations of ordinary steps. `u`: of the newest step alone. */
export function learnShares(series: ShareSeries, { step, extra, days }: ShareStep, u: number, scoring: Scoring): void {
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
