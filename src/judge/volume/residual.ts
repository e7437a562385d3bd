import type { Scoring } from './threshold.ts'

/** Window lengths in hours. */
export const WINDOW_HOURS = [1, 3, 6, 24, 48] as const

/** Streaming estimates of one window: its over-dispersion, scale and two tails. Plain data. */
export interface WindowState {
  /** In steps. */
  readonly steps: number
  observed: number
  expected: number
  seen: number
  /** Deviation of observed from expected at the newest step. */
  u: number
  /** What a share's observed and expected are of; unused of counts. */
  total: number
  phi: number
  sigma: number
  /** Updates so far, for the rate of learning. */
  n: number
  readonly up: Tail
  readonly down: Tail
}

/** One side's tail: where its last 5 % begin, and how far beyond it goes. */
export interface Tail {
  q: number
  /** Discounted number and sum of the excesses beyond q. */
  count: number
  sum: number
  /** The same of the excursion that is under way: it may be a fault, and must not teach that faults are usual before it has ended. */
  heldCount: number
  heldSum: number
}

export function emptyWindow(steps: number, phi: number): WindowState {
  const tail = () => ({ q: 1.645, count: 0, sum: 0, heldCount: 0, heldSum: 0 })
  return { steps, observed: 0, expected: 0, seen: 0, u: 0, total: 0, phi, sigma: 1, n: 0, up: tail(), down: tail() }
}

/**
 * Variance-stabilised difference of a negative binomial count from its expectation: about standard normal when `phi` is its
 * over-dispersion (variance = m + phi m²). Anscombe (1948), with phi → 0 the Poisson's 2√(x + 3/8).
 */
export function deviation(observed: number, expected: number, phi: number): number {
  const a = Math.max(0, observed) + 0.375
  const b = Math.max(0, expected) + 0.375
  if (phi < 1e-7) return 2 * (Math.sqrt(a) - Math.sqrt(b))
  // asinh x - asinh y, as one logarithm.
  const x = phi * a
  const y = phi * b
  return (2 / Math.sqrt(phi)) * Math.log((Math.sqrt(x) + Math.sqrt(x + 1)) / (Math.sqrt(y) + Math.sqrt(y + 1)))
}

/** The count at which `deviation` from the expectation is `u`. */
export function countAt(expected: number, phi: number, u: number): number {
  const b = Math.max(0, expected) + 0.375
  if (phi < 1e-7) return Math.max(0, (Math.sqrt(b) + u / 2) ** 2 * Math.sign(Math.sqrt(b) + u / 2) - 0.375)
  const root = Math.sinh(Math.min(350, Math.asinh(Math.sqrt(phi * b)) + (u * Math.sqrt(phi)) / 2))
  return root <= 0 ? 0 : Math.min(Number.MAX_VALUE, Math.max(0, (root * root) / phi - 0.375))
}

const MEDIAN_Z = 0.6745

/** Moves over-dispersion and scale so that half of the deviations lie within ±0.6745: a streaming median match that no outlier pulls. */
export function learnSpread(window: WindowState, u: number, hours: number, size = window.expected): void {
  window.n += 1
  const eta = Math.max(0.01, 0.3 / (1 + window.n / 30)) / Math.max(1, hours / 3)
  const relative = window.phi * size
  const beyond = Math.abs(u) > MEDIAN_Z ? 0.5 : -0.5
  window.phi = clamp(window.phi * Math.exp((eta * 2 * relative * beyond) / (1 + relative)), 1e-7, 4)
  const scaled = Math.abs(u) / window.sigma > MEDIAN_Z ? 0.5 : -0.5
  window.sigma = clamp(window.sigma * Math.exp(0.3 * eta * scaled), 0.6, 3)
}

/** Share of deviations beyond q. */
const BEYOND = 0.05
const FORGET = 0.998

/**
 * Moves a tail's 5 % point and excess by one score; `z` is positive towards the tail's side. Scores of a young series, which doubt has made small, can't
 * bring it nearer.
 */
export function learnTail(
  tail: Tail,
  z: number,
  window: WindowState,
  hours: number,
  scoring: Scoring,
  isYoung: boolean,
): void {
  const { power, prior } = scoring
  const eta = Math.max(0.02, 0.5 / (1 + window.n / 20)) / Math.max(1, hours / 3)
  if (z > tail.q) {
    const excess = Math.min(z ** power - tail.q ** power, 3.5 * prior)
    tail.heldCount = tail.heldCount * FORGET + 1
    tail.heldSum = tail.heldSum * FORGET + excess
    tail.q = Math.min(6, tail.q + eta * (1 - BEYOND))
    return
  }
  if (!isYoung) tail.q = Math.max(0.8, tail.q - eta * BEYOND)
  if (tail.heldCount === 0) return
  const keeps = FORGET ** tail.heldCount
  tail.count = tail.count * keeps + tail.heldCount
  tail.sum = tail.sum * keeps + tail.heldSum
  tail.heldCount = 0
  tail.heldSum = 0
}

/** Pseudo-observations that the prior excess weighs. */
const PRIOR_WEIGHT = 15

/** Minus the natural logarithm of the chance of a score at least this far out; 0 inside the 5 % point. */
export function surprise(tail: Tail, z: number, power: number, prior: number): number {
  if (z <= tail.q) return 0
  const v = (PRIOR_WEIGHT * prior + tail.sum) / (PRIOR_WEIGHT + tail.count)
  return -Math.log(BEYOND) + (z ** power - tail.q ** power) / v
}

/** The score at which `surprise` reaches `nats`. */
export function scoreAt(tail: Tail, nats: number, power: number, prior: number): number {
  const v = (PRIOR_WEIGHT * prior + tail.sum) / (PRIOR_WEIGHT + tail.count)
  return (tail.q ** power + Math.max(0, nats + Math.log(BEYOND)) * v) ** (1 / power)
}

export function clamp(value: number, lower: number, upper: number): number {
  return value < lower ? lower : Math.min(value, upper)
}
