import { clamp, deviation } from './residual.ts'

/** Whether what comes all at once (a batch, a nightly load) comes an hour early or late now and then. Plain data. */
export interface Jitter {
  /** Alarms that turned out to be it, the old ones counting less. */
  evidence: number
  /** The step whose alarm waits for the next step, and its side; 0 when none does. */
  awaited: number
  side: 'up' | 'down'
  /** Of the alarm that is open: what was counted and expected since, and the most of each in one step. */
  counted: number
  expected: number
  mostCounted: number
  mostExpected: number
}

/** From so much evidence on, an alarm waits for a step. */
const ENOUGH = 0.5
/** Half-life of the evidence. */
const HALF_LIFE_WEEKS = 20
/** Nearly all comes in one step, and nearly all was expected in one. */
const AT_ONCE = 0.6
const LEAST = 10

export function emptyJitter(): Jitter {
  return { evidence: 0, awaited: 0, side: 'up', counted: 0, expected: 0, mostCounted: 0, mostExpected: 0 }
}

/** To be called once a step. */
export function forgetJitter(jitter: Jitter, stepsPerWeek: number): void {
  jitter.evidence *= 1 - Math.LN2 / (HALF_LIFE_WEEKS * stepsPerWeek)
}

/** Whether an alarm is to wait for whole steps. */
export function isJittery({ evidence }: Jitter): boolean {
  return evidence >= ENOUGH
}

/** Whether the alarm found in this step is to be told only if the next one finds it too: what is missing may be late. */
export function waits(jitter: Jitter, index: number, side: 'up' | 'down'): boolean {
  if (!isJittery(jitter)) return false
  const found = jitter.awaited === index - 1 && jitter.side === side
  jitter.awaited = found ? 0 : index
  jitter.side = side
  return !found
}

/** Begins to follow an alarm that opens. */
export function beginEpisode(jitter: Jitter): void {
  Object.assign(jitter, { counted: 0, expected: 0, mostCounted: 0, mostExpected: 0 })
}

export function followEpisode(jitter: Jitter, count: number, mu: number): void {
  jitter.counted += count
  jitter.expected += mu
  jitter.mostCounted = Math.max(jitter.mostCounted, count)
  jitter.mostExpected = Math.max(jitter.mostExpected, mu)
}

/** The alarm is over: if as much came as was to come, nearly all of it at once but at another hour, it was jitter. */
export function endEpisode(jitter: Jitter, phi: number): void {
  const { counted, expected, mostCounted, mostExpected } = jitter
  if (expected < LEAST || mostCounted < AT_ONCE * counted || mostExpected < AT_ONCE * expected) return
  if (Math.abs(deviation(counted, expected, clamp(phi, 0.02, 0.1))) < 3)
    jitter.evidence = Math.min(2, jitter.evidence + 1)
}
