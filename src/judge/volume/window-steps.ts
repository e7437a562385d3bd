import { WINDOW_HOURS } from './residual.ts'

/** Steps whose counts and expectations are kept beside each other: the longest window and some. */
export const KEPT = 64

/** The lengths of a series' windows in steps, the shortest first; none is longer than what is kept. `perDay`: steps in a day. */
export function windowSteps(perDay: number): readonly number[] {
  const steps = WINDOW_HOURS.map((hours) => Math.max(1, Math.round((hours * perDay) / 24)))
  return [...new Set(steps.map((count) => Math.min(KEPT, count)))]
}
