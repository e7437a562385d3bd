import { HOUR } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'

/** An SLO's verdict with the state of its rows, in the order of its plan. */
export interface Line {
  readonly verdict: Verdict
  readonly rows: readonly boolean[]
}

/** Whether a verdict is written down: at each change of outcome, reason or row state, and at each whole hour. */
export function isWritten(before: Line | null, now: Line): boolean {
  return now.verdict.at % HOUR === 0 || hasChanged(before, now)
}

/** Whether outcome, reason or row state differ. */
export function hasChanged(before: Line | null, now: Line): boolean {
  return (
    before === null ||
    before.verdict.outcome !== now.verdict.outcome ||
    before.verdict.reason !== now.verdict.reason ||
    before.verdict.firing !== now.verdict.firing ||
    before.rows.length !== now.rows.length ||
    before.rows.some((row, index) => row !== now.rows[index])
  )
}
