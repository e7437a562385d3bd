import type { Expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import type { CountSeries } from './count-state.ts'
import { outlastsGaps } from './gaps.ts'
import { clamp } from './residual.ts'
import { type Scoring, silenceNats } from './threshold.ts'
import { doubt, type OpenAlarm } from './watch.ts'

/** Silence is improbable once many more records were expected than a negative binomial would ever let fail to come. */
export function silenceOf(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
): OpenAlarm | null {
  if (count > 0) {
    series.benign = Math.max(series.benign * 0.9995, series.silence)
    series.silence = 0
    return null
  }
  series.silence += ahead.mu
  if (series.arrived * (24 / step.perDay) < 4) return null
  const phi = clamp(series.windows[0]?.phi ?? 0.05, 0.05, 0.5)
  const improbable = Math.log1p(phi * series.silence) / phi
  const threshold = silenceNats(step.perWeek, scoring.falseAlarmsPerWeek)
  // Where silences are a habit it is their length that tells, not how many records they are without.
  const isLong = outlastsGaps(series.gaps)
  const usual = isLong ? 0 : 1.5 * series.benign
  if (improbable <= threshold + (isLong ? 0 : doubt(series.watch, 'silence')) || series.silence <= usual) return null
  return {
    kind: 'outage',
    direction: 'down',
    openedAt: step.start + step.length,
    observed: 0,
    expected: series.silence,
    lower: 1,
    upper: series.silence,
    step: step.index,
    hours: 1,
  }
}

/**
 * Whether the silence began when nothing was expected any more, before a weekend's day (or holiday) of which the series knows none alike: what closes at
 * night may be closed on its first Sunday.
 */
export function neverBegan({ rings, expected }: CountSeries, step: CivilStep, weeks: number): boolean {
  if (weeks > 0 || step.day === 0) return false
  let index = rings.last
  while (index >= rings.first && index > rings.last - expected.length && rings.raw[index % rings.raw.length] === 0)
    index -= 1
  return index < rings.last && (expected[(index + 1) % expected.length] ?? 0) < 1
}
