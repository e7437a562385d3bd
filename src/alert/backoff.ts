import { type Duration, MINUTE, SECOND } from '../model/time.ts'

const FIRST: Duration = SECOND
const LONGEST: Duration = 5 * MINUTE

/**
 * How long to wait after attempt number `attempts` (from 1) failed: exponential with full jitter, between 0 and 1 s at first, up to
 * 5 min (AWS Architecture Blog, "Exponential Backoff And Jitter"). Never shorter than the receiver asked for. `random` in [0, 1).
 */
export function backoff(attempts: number, random: number, asked: Duration | null): Duration {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(Math.max(attempts - 1, 0), 20))
  return Math.max(Math.ceil(random * ceiling), asked ?? 0, 50)
}
