import { type Duration, HOUR, type Instant } from '../model/time.ts'

/** A step of the clock up to this long is taken as it is. */
const BELIEVED: Duration = HOUR

export interface HeldClockDeps {
  /** The world's clock. */
  readonly now: () => Instant
  /** Time that only passes: no step of the clock moves it. Left out: the process's. */
  readonly steady?: () => Duration
  /** A clock that is set forward by more than an hour is believed once it has stayed so for that long. */
  readonly hold: Duration
}

/**
 * The world's clock for what can't be undone: what is removed for its age, or frozen for good. Set forward by hours it goes on as if
 * it weren't, until it is set right or the step has lasted; a machine that slept looks the same, and only waits. Call it more
 * often than once an hour.
 */
export function createHeldClock({ now, steady = () => performance.now(), hold }: HeldClockDeps): () => Instant {
  let last = { at: now(), steady: steady() }
  let stepped: { readonly at: Instant; readonly steady: Duration } | null = null
  return () => {
    const read = { at: now(), steady: steady() }
    const expected = last.at + (read.steady - last.steady)
    if (stepped === null && read.at - expected > BELIEVED) stepped = { at: expected, steady: read.steady }
    last = read
    if (stepped === null) return read.at
    const passed = read.steady - stepped.steady
    if (passed >= hold || read.at - (stepped.at + passed) <= BELIEVED) {
      stepped = null
      return read.at
    }
    return stepped.at + passed
  }
}
