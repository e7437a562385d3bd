import { DAY, type Duration, HOUR, type Instant } from '../../model/time.ts'
import type { AlarmKind } from './alarm.ts'
import type { CivilStep } from './civil.ts'
import type { Band } from './detector.ts'

/** Whether an alarm of a series is open, and how near it is to closing. Plain data. */
export interface Watch {
  open: OpenAlarm | null
  /** Fast average of the last deviations, and for how many steps it has been quiet. */
  fast: number
  quiet: number
  /** Alarms that ended by themselves, by what they were, the old ones counting less. */
  readonly passed: { up: number; down: number; silence: number }
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
  return { open: null, fast: 0, quiet: 0, passed: { up: 0, down: 0, silence: 0 } }
}

const FAR = 5
/** A step no further off than this is as expected again. */
const NEAR = 2

/** Takes one deviation of a step while an alarm is open; true when it is over. Long windows want more quiet than short ones. */
export function settles(watch: Watch, open: OpenAlarm, u: number): boolean {
  watch.fast = 0.5 * bounded(watch.fast) + 0.5 * bounded(u)
  const near = open.hours >= 6 ? 1 : 1.3
  const needed = open.hours >= 6 ? 4 : 2
  watch.quiet = Math.abs(watch.fast) < near && Math.abs(u) < NEAR ? watch.quiet + 1 : 0
  return watch.quiet >= needed
}

/** What has been so for four days is how things are; in the first two weeks a third of a day is enough. */
const LASTING: Duration = 4 * DAY
const LASTING_YOUNG: Duration = 8 * HOUR
/** Steps that what is as expected again has to settle in. */
const SETTLING = 8

/** Whether an alarm has been open for so long that what it found is taken for normal. `u`: of the newest step; null: nothing came to be held against anything. */
export function isLasting(open: OpenAlarm, { index, length }: CivilStep, days: number, u: number | null): boolean {
  const beyond = index - open.step - (days < 14 ? LASTING_YOUNG : LASTING) / length
  return beyond >= 0 && (u === null || Math.abs(u) >= NEAR || beyond >= SETTLING)
}

/** However far out it was, an alarm is over as soon after the end of its cause. */
function bounded(u: number): number {
  return Math.max(-FAR, Math.min(FAR, u))
}

type Side = keyof Watch['passed']
/** An alarm that passed counts half after so many weeks. */
const PASSED_HALF_LIFE = 20
/** Of alarms that passed, the first is taken at its word; the second adds so many nats of doubt, each further one doubles. */
const DOUBT = 3
/** Of what is too much: bursts harm less than what is missing, and come again and again. */
const DOUBT_OF_MORE = 6
/** Of bursts where little is expected, the first one already counts. */
const DOUBT_OF_BURSTS = 16

/** Notes that an alarm has ended by itself. */
export function notePassed(watch: Watch, open: OpenAlarm): void {
  const isSilence = open.kind === 'outage' || (open.kind === 'share' && open.observed === 0)
  watch.passed[isSilence ? 'silence' : open.direction] += 1
}

/** To be called once a step: what passed is forgotten in time. */
export function forgetPassed(watch: Watch, stepsPerWeek: number): void {
  const keeps = 1 - Math.LN2 / (PASSED_HALF_LIFE * stepsPerWeek)
  watch.passed.up *= keeps
  watch.passed.down *= keeps
  watch.passed.silence *= keeps
}

/** Nats by which a threshold is raised: what a series does again and again is how it is, and has had its share of the budget. */
export function doubt({ passed }: Watch, side: Side): number {
  return (side === 'up' ? DOUBT_OF_MORE : DOUBT) * (2 ** Math.max(0, passed[side] - 1) - 1)
}

/** The same for a burst where little was expected. */
export function burstDoubt({ passed }: Watch): number {
  return DOUBT_OF_BURSTS * (2 ** passed.up - 1)
}
