import { HOUR, type Instant, MINUTE } from '../../../model/time.ts'

/** The story repeats after this long. */
export const CYCLE = 6 * HOUR

export type FaultName = 'bad-release' | 'unfilled' | 'silence' | 'duplicates' | 'bad-campaign'

/** Something that goes wrong in the shop, in minutes from the beginning of a cycle. */
export interface Fault {
  readonly name: FaultName
  readonly event: string
  readonly from: number
  readonly to: number
  /** Where its bad records come from; null: from everywhere. */
  readonly dimension: string | null
  readonly value: string | null
}

/**
 * The story: each fault on an event of its own, far enough apart that one is over before the next begins. The last begins
 * before the cycle ends and lasts into the next one, so that whoever has just caught up sees it open.
 */
export const FAULTS: readonly Fault[] = [
  { name: 'bad-release', event: 'Order Completed', from: 60, to: 100, dimension: 'platform+app_version', value: 'android+4.3.0' },
  { name: 'unfilled', event: 'Checkout Started', from: 130, to: 170, dimension: 'platform', value: 'ios' },
  { name: 'silence', event: 'Signed Up', from: 200, to: 235, dimension: null, value: null },
  { name: 'duplicates', event: 'Logged In', from: 265, to: 295, dimension: 'platform', value: 'web' },
  { name: 'bad-campaign', event: 'Campaign Clicked', from: 340, to: 372, dimension: 'platform', value: 'web' },
]

/** A fault as it happened: the first and the last instant (exclusive) of its bad records. */
export interface PlantedFault extends Fault {
  readonly startsAt: Instant
  readonly endsAt: Instant
}

/** The faults of the cycles that begin at `anchor` and go on until `until`, in the order in which they start. */
export function plantedFaults(anchor: Instant, until: Instant): readonly PlantedFault[] {
  const planted: PlantedFault[] = []
  for (let cycle = anchor; cycle < until; cycle += CYCLE) {
    for (const fault of FAULTS) {
      const startsAt = cycle + fault.from * MINUTE
      if (startsAt < until) planted.push({ ...fault, startsAt, endsAt: cycle + fault.to * MINUTE })
    }
  }
  return planted
}

/** Whether a fault is on in the minute that begins at `at`. The tail of a cycle's last fault lies in the next cycle. */
export function isOn(name: FaultName, anchor: Instant, at: Instant): boolean {
  const fault = FAULTS.find((one) => one.name === name)
  if (fault === undefined || at < anchor) return false
  const minute = Math.floor(((at - anchor) % CYCLE) / MINUTE)
  if (minute >= fault.from && minute < fault.to) return true
  const isFirstCycle = at - anchor < CYCLE
  return !isFirstCycle && minute < fault.to - CYCLE / MINUTE
}
