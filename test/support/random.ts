/** Repeatable chance for tests. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number
  /** Whole, in [0, n). */
  readonly below: (n: number) => number
  readonly pick: <Value>(values: readonly Value[]) => Value
  /** How many of `n` happen at this rate. */
  readonly binomial: (n: number, rate: number) => number
}

/** The same seed gives the same numbers (T. Ettinger's mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    below: (n) => Math.floor(next() * n),
    pick: (values) => values[Math.floor(next() * values.length)] as (typeof values)[number],
    binomial: (n, rate) => {
      let hits = 0
      for (let trial = 0; trial < n; trial++) if (next() < rate) hits++
      return hits
    },
  }
}
