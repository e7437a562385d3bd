import type { CivilStep } from './civil.ts'
import {
  clamp,
  countAt,
  deviation,
  emptyWindow,
  learnSpread,
  learnTail,
  scoreAt,
  surprise,
  type WindowState,
} from './residual.ts'
import type { Rings } from './rings.ts'
import { driftNats, type Scoring, youngNats } from './threshold.ts'
import type { OpenAlarm } from './watch.ts'

/** Days whose trailing weekly means are kept: three weeks and a day. */
const DAYS = 22
/** A week's sum counts as one hour of evidence in seven: its days overlap. */
const HOURS = 21
const LEAST_CHANGE = 0.1
/** What a trend keeps of itself from day to day: half for two months. */
const TREND_KEEPS = 0.5 ** (1 / 60)

/** The weekly level day by day. Plain data. */
export interface Drift {
  /** Mean count of a step over the week that ended on each of the last days; a ring by day. */
  readonly means: Float64Array
  readonly window: WindowState
  days: number
  /** Logarithm of the change that was told of last: going on like that is no news. */
  trend: number
}

export function emptyDrift(): Drift {
  return { means: new Float64Array(DAYS), window: emptyWindow(168, 0.003), days: 0, trend: 0 }
}

/** A new level was taken for the normal one: it is no drift as well. */
export function scaleDrift({ means }: Drift, factor: number): void {
  for (let day = 0; day < means.length; day += 1) means[day] = Math.min(1e15, (means[day] ?? 0) * factor)
}

/**
 * Once a day: the week that ended against the median of the three before it, which catches what is too slow for the level to notice.
 * A notice is given once; then the comparison begins anew.
 */
export function driftOf(
  drift: Drift,
  rings: Rings,
  step: CivilStep,
  alarmed: boolean,
  scoring: Scoring,
): OpenAlarm | null {
  if (rings.weekSeen < rings.perWeek / 2 || rings.last - rings.first + 1 < rings.perWeek) return null
  const mean = Math.max(0, rings.weekSum) / rings.weekSeen
  const { means, window } = drift
  const at = drift.days
  means[at % DAYS] = mean
  drift.days += 1
  if (at < DAYS - 1 || alarmed) return null
  const before = (weeks: number): number => means[(at - 7 * weeks) % DAYS] ?? 0
  const [low, middle, high] = [before(1), before(2), before(3)]
  const usual = Math.max(Math.min(low, middle), Math.min(Math.max(low, middle), high))
  window.observed = mean * rings.weekSeen
  drift.trend *= TREND_KEEPS
  const going = usual * Math.exp(drift.trend)
  window.expected = clamp(mean, Math.min(usual, going), Math.max(usual, going)) * rings.weekSeen
  const u = deviation(window.observed, window.expected, window.phi)
  const z = u / window.sigma
  const tail = z > 0 ? window.up : window.down
  const threshold =
    driftNats(scoring.falseAlarmsPerWeek) + youngNats({ weeks: Math.floor((at + 1 - DAYS) / 21) }, 'down')
  const effect = Math.abs(window.observed / Math.max(window.expected, 1e-9) - 1)
  if (surprise(tail, Math.abs(z), scoring.power, scoring.prior) >= threshold && effect >= LEAST_CHANGE) {
    drift.days = 0
    drift.trend = clamp(Math.log((mean + 1e-9) / (usual + 1e-9)), -1, 1)
    const reach = (side: 1 | -1): number =>
      countAt(
        window.expected,
        window.phi,
        side * window.sigma * scoreAt(side > 0 ? window.up : window.down, threshold, scoring.power, scoring.prior),
      )
    return {
      kind: 'drift',
      direction: z > 0 ? 'up' : 'down',
      openedAt: step.start + step.length,
      observed: window.observed,
      expected: window.expected,
      lower: reach(-1),
      upper: reach(1),
      step: step.index,
      hours: 168,
    }
  }
  // Without the trend, whose span would teach that the series is steadier than it is.
  const plain = deviation(window.observed, usual * rings.weekSeen, window.phi)
  learnSpread(window, plain, HOURS)
  learnTail(window.up, plain / window.sigma, window, HOURS, scoring, false)
  learnTail(window.down, -plain / window.sigma, window, HOURS, scoring, false)
  return null
}
