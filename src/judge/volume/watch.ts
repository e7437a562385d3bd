import type { Instant } from '../../model/time.ts'
import type { AlarmKind } from './alarm.ts'
import type { Band } from './detector.ts'

/** Whether an alarm of a series is open, and how near it is to closing. Plain data. */
export interface Watch {
  open: OpenAlarm | null
  /** Fast average of the last deviations, and for how many steps it has been quiet. */
  fast: number
  quiet: number
}

export interface OpenAlarm extends Band {
  readonly kind: AlarmKind
  readonly direction: 'up' | 'down'
  readonly openedAt: Instant
  readonly observed: number
  /** Number of the step that opened it, and hours of the window it was seen in. */
  readonly step: number
  readonly hours: number
}

export function emptyWatch(): Watch {
  return { open: null, fast: 0, quiet: 0 }
}

/** Takes one deviation of a step while an alarm is open; true when it is over. Long windows want more quiet than short ones. */
export function settles(watch: Watch, open: OpenAlarm, u: number): boolean {
  watch.fast = 0.5 * watch.fast + 0.5 * u
  const near = open.hours >= 6 ? 1 : 1.3
  const needed = open.hours >= 6 ? 4 : 2
  watch.quiet = Math.abs(watch.fast) < near && Math.abs(u) < 2 ? watch.quiet + 1 : 0
  return watch.quiet >= needed
}
