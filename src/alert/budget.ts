import type { Duration } from '../model/time.ts'
import { formatDuration, HOUR } from '../model/time.ts'
import { BURN_WINDOWS, type BurnWindow, type Verdict } from '../model/verdict.ts'
import type { SloPlan } from '../plan/plan.ts'

/** How fast an SLO is burning, over which window. */
export interface Pace {
  readonly window: Duration
  readonly burn: number
  /** Bad of total in that window. */
  readonly badShare: number
}

/**
 * The burn that an alert speaks of: in the long window of the highest row whose two windows are both beyond its threshold; where
 * none is, over the last hour; null where that hour held nothing.
 */
export function paceOf(slo: SloPlan, verdict: Verdict): Pace | null {
  const row = slo.rows.find(
    ({ threshold, long, short }) =>
      (burnOver(verdict, long) ?? 0) > threshold && (burnOver(verdict, short) ?? 0) > threshold,
  )
  const window = row?.long ?? HOUR
  const burn = burnOver(verdict, window)
  return burn === null ? null : { window, burn, badShare: Math.min(1, burn * (1 - slo.objective)) }
}

/**
 * How long the budget lasts if the burn stays: what remains of it × period / burn rate (Google SRE Workbook, chapter 5).
 * 0 where it is spent already, null where nothing burns.
 */
export function timeToExhaustion(slo: SloPlan, verdict: Verdict, burn: number): Duration | null {
  if (verdict.budgetRemaining === null) return null
  if (verdict.budgetRemaining <= 0) return 0
  return burn > 0 ? (verdict.budgetRemaining * slo.window) / burn : null
}

function burnOver(verdict: Verdict, window: Duration): number | null {
  const name = formatDuration(window)
  return isBurnWindow(name) ? verdict.burn[name] : null
}

function isBurnWindow(name: string): name is BurnWindow {
  return (BURN_WINDOWS as readonly string[]).includes(name)
}
