import { seeded } from '../../support/random.ts'

/** Repeatable draws from the distributions that counts and their causes come from. */
export interface Draws {
  /** In [0, 1). */
  readonly next: () => number
  readonly between: (low: number, high: number) => number
  readonly below: (n: number) => number
  /** Standard normal (G. Marsaglia's polar method). */
  readonly normal: () => number
  /** Whole, with this mean. */
  readonly poisson: (mean: number) => number
  /** Whole, with this mean and the variance mean + dispersion × mean². */
  readonly negativeBinomial: (mean: number, dispersion: number) => number
  /** How many of `n` happen at this rate. */
  readonly binomial: (n: number, rate: number) => number
}

/** The same seed gives the same draws. */
export function drawsOf(seed: number): Draws {
  const { next, below } = seeded(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
  let spare: number | null = null

  function normal(): number {
    if (spare !== null) {
      const kept = spare
      spare = null
      return kept
    }
    for (;;) {
      const x = 2 * next() - 1
      const y = 2 * next() - 1
      const square = x * x + y * y
      if (square === 0 || square >= 1) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      spare = y * scale
      return x * scale
    }
  }

  /** Mean and variance `shape` (G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", 2000). */
  function gamma(shape: number): number {
    if (shape < 1) return gamma(shape + 1) * (1 - next()) ** (1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }

  /** Large means are halved by a gamma-distributed waiting time until they are small (J. H. Ahrens and U. Dieter, 1974). */
  function poisson(mean: number): number {
    let rest = mean
    let count = 0
    while (rest > 30) {
      const arrivals = Math.floor(rest * 0.875)
      const waited = gamma(arrivals)
      if (waited > rest) return count + binomial(arrivals - 1, rest / waited)
      rest -= waited
      count += arrivals
    }
    const limit = Math.exp(-rest)
    for (let product = next(); product > limit; product *= next()) count++
    return count
  }

  /** By the median of a beta variable until few are left (Ahrens and Dieter's recursion). */
  function binomial(n: number, rate: number): number {
    let trials = n
    let p = rate
    let hits = 0
    while (trials > 40) {
      const middle = 1 + Math.floor(trials / 2)
      const a = gamma(middle)
      const median = a / (a + gamma(trials + 1 - middle))
      if (median <= p) {
        hits += middle
        trials -= middle
        p = (p - median) / (1 - median)
      } else {
        trials = middle - 1
        p /= median
      }
    }
    for (let trial = 0; trial < trials; trial++) if (next() < p) hits++
    return hits
  }

  return {
    next,
    below,
    between: (low, high) => low + (high - low) * next(),
    normal,
    poisson,
    negativeBinomial: (mean, dispersion) =>
      mean <= 0 ? 0 : dispersion <= 0 ? poisson(mean) : poisson(gamma(1 / dispersion) * dispersion * mean),
    binomial,
  }
}
