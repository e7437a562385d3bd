import type { Instant } from '../../model/time.ts'
import type { CivilStep } from './civil.ts'
import type { CountSeries } from './count-state.ts'
import { type Gaps, outlastsGaps } from './gaps.ts'
import { holidayView } from './holiday.ts'
import { clamp, countAt, scoreAt, surprise, type WindowState } from './residual.ts'
import { HOLIDAYS_PER_WEEK, nats, type Scoring, silenceNats, youngNats } from './threshold.ts'
import { doubt, type OpenAlarm } from './watch.ts'

/** Inside the hour only what is plain is told: half of what was expected or less, twice or more, of this many. */
export const LEAST_EXPECTED = 20
const COLLAPSE = 0.5
const SURGE = 2

/** What has been seen inside the step under way. */
interface Inside {
  readonly window: WindowState
  readonly now: number
  readonly level: number
  readonly extra: number
  readonly weeks: number
  readonly silence: number
  readonly benign: number
  readonly gaps: Gaps
}

/** A step that isn't over, as it is looked into: `parts` buckets make it. */
export interface OpenHour {
  readonly fine: Inside
  readonly series: CountSeries
  readonly step: CivilStep
  readonly parts: number
  readonly scoring: Scoring
}

/** A holiday begins at local midnight, as suddenly as a fault; for the night, only whole hours tell them apart. */
export function mayBeginHoliday(step: CivilStep, scoring: Scoring): boolean {
  return step.day === 0 && step.sinceMidnight * 24 < 6 * step.perDay && scoring.falseAlarmsPerWeek < HOLIDAYS_PER_WEEK
}

/**
 * Whether the hours since midnight leave room for an untagged holiday, were this hour to go on as its last quarter did. Then the
 * hour's end decides: a fault that begins by day has ordinary hours before it.
 */
export function mayBeHoliday({ fine, series, step, scoring }: OpenHour): boolean {
  const alone = series.windows[0]
  if (alone === undefined || step.day !== 0 || scoring.falseAlarmsPerWeek >= HOLIDAYS_PER_WEEK) return false
  const count = (fine.now * fine.window.observed) / Math.max(fine.window.expected, 1e-9)
  const phi = alone.phi + fine.extra
  const view = holidayView(series.rings, series.expected, step, count, fine.now, fine.level, phi, alone.sigma)
  return view.against <= Math.log(HOLIDAYS_PER_WEEK / scoring.falseAlarmsPerWeek)
}

/** Nothing came for longer than a negative binomial would ever let it. `end`: of the bucket that shows it, here and below. */
export function silent({ fine, series, step, parts, scoring }: OpenHour, end: Instant): OpenAlarm | null {
  if (series.arrived * (24 / step.perDay) < 4) return null
  const phi = clamp(series.windows[0]?.phi ?? 0.05, 0.05, 0.5)
  const improbable = Math.log1p(phi * fine.silence) / phi
  const threshold = silenceNats(step.perWeek * parts, scoring.falseAlarmsPerWeek)
  const isLong = outlastsGaps(fine.gaps)
  const usual = isLong ? 0 : 1.5 * Math.max(series.benign, fine.benign)
  if (improbable <= threshold + (isLong ? 0 : doubt(series.watch, 'silence')) || fine.silence <= usual) return null
  return {
    kind: 'outage',
    direction: 'down',
    openedAt: end,
    observed: 0,
    expected: fine.silence,
    lower: 1,
    upper: fine.silence,
    step: step.index,
    hours: 1,
  }
}

/** Of a quarter of an hour: a collapse or a surge that no chance makes. */
export function sudden({ fine, series, step, parts, scoring }: OpenHour, end: Instant): OpenAlarm | null {
  const { window } = fine
  const phi = window.phi + fine.extra
  const ratio = window.observed / Math.max(window.expected, 1e-9)
  if (window.expected < LEAST_EXPECTED || (ratio > COLLAPSE && ratio < SURGE)) return null
  const z = window.u / window.sigma
  const tail = z > 0 ? window.up : window.down
  const direction = z > 0 ? 'up' : 'down'
  const threshold =
    nats(step.perWeek * parts, window.steps, 1, scoring.falseAlarmsPerWeek) +
    youngNats(fine, direction) +
    doubt(series.watch, direction)
  if (surprise(tail, Math.abs(z), scoring.power, scoring.prior) < threshold) return null
  const reach = (side: 1 | -1): number =>
    countAt(
      window.expected,
      phi,
      side * window.sigma * scoreAt(side > 0 ? window.up : window.down, threshold, scoring.power, scoring.prior),
    )
  return {
    kind: 'volume',
    direction,
    openedAt: end,
    observed: window.observed,
    expected: window.expected,
    lower: reach(-1),
    upper: reach(1),
    step: step.index,
    hours: 1,
  }
}
