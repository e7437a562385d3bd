import { DAY, type Duration, HOUR, MINUTE } from '../../model/time.ts'
import type { BurnRow } from '../../plan/plan.ts'

/** Burn thresholds are compared with this tolerance: exactly at a threshold is not beyond it. */
export const TOLERANCE = 1e-9

/** Pairs of windows, with the share of the period's budget that a burn spends in the long one before it fires. */
const PAIRS = [
  { severity: 'page', long: HOUR, short: 5 * MINUTE, share: 0.02, weekShare: 0.08 },
  { severity: 'page', long: 6 * HOUR, short: 30 * MINUTE, share: 0.05, weekShare: 0.125 },
  { severity: 'ticket', long: DAY, short: 2 * HOUR, share: 0.1, weekShare: 0.2 },
  { severity: 'ticket', long: 3 * DAY, short: 6 * HOUR, share: 0.1, weekShare: 0.42 },
] as const

/**
 * The burn rows of an SLO with this period (`window`) and objective (a ratio): threshold = share × period / long window
 * (Google SRE Workbook, "Alerting on SLOs", table 5-8; periods of a week or less take Sloth's shares for 7 days), never
 * below burn 1. A row whose long window is longer than the period is left out. `impossible`: rows that no error ratio
 * can make true, because threshold × (1 − objective) ≥ 1.
 */
export function burnRows(
  window: Duration,
  objective: number,
): { rows: readonly BurnRow[]; impossible: readonly BurnRow[] } {
  const rows: BurnRow[] = []
  const impossible: BurnRow[] = []
  for (const { severity, long, short, share, weekShare } of PAIRS) {
    if (long > window) continue
    const spent = window <= 7 * DAY ? weekShare : share
    const threshold = Math.max(1, Number(((spent * window) / long).toFixed(8)))
    const row: BurnRow = { severity, threshold, long, short }
    if (threshold * (1 - objective) >= 1 - TOLERANCE) impossible.push(row)
    else rows.push(row)
  }
  return { rows, impossible }
}
