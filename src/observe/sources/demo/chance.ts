/** Repeatable chance. */
export interface Chance {
  /** In [0, 1). */
  readonly next: () => number
  /** Whole, in [0, n). */
  readonly below: (n: number) => number
  readonly pick: <Value>(values: readonly [Value, ...Value[]]) => Value
  /** By weights that sum to 1. */
  readonly weighted: <Value>(values: readonly [Weighted<Value>, ...Weighted<Value>[]]) => Value
  /** So many hexadecimal digits. */
  readonly hex: (digits: number) => string
}

export type Weighted<Value> = readonly [value: Value, weight: number]

/** The same numbers give the same chance (T. Ettinger's mulberry32, seeded by a mix of them). */
export function chanceOf(...numbers: readonly number[]): Chance {
  let state = 0x9e3779b9
  for (const number of numbers) state = mixed(state ^ Math.imul(number | 0, 0x85ebca6b)) + 0x6d2b79f5
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    return (mixed(state) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    next,
    below,
    pick: (values) => values[below(values.length)] ?? values[0],
    weighted: (values) => {
      let rest = next()
      for (const [value, weight] of values) {
        if (rest < weight) return value
        rest -= weight
      }
      return values[0][0]
    },
    hex: (digits) =>
      below(16 ** digits)
        .toString(16)
        .padStart(digits, '0'),
  }
}

function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 15), value | 1)
  hash ^= hash + Math.imul(hash ^ (hash >>> 7), hash | 61)
  return hash ^ (hash >>> 14)
}
