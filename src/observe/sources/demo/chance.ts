/** Numbers that look random and are decided by what they are asked for: the same seed tells the same story. */
export interface Chance {
  /** In [0, 1). */
  readonly next: () => number
}

/** Mixes any number of integers into one seed (Austin Appleby's fmix32, step by step). */
export function seedOf(...parts: readonly number[]): number {
  let hash = 0x9e3779b9
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0) ^ Math.floor(part / 4_294_967_296), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

/** A stream of numbers from a seed (mulberry32). */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
    },
  }
}

/** A Poisson number (D. E. Knuth, The Art of Computer Programming 2, 3.4.1, algorithm Q); for means up to some hundreds. */
export function poisson(mean: number, chance: Chance): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = chance.next(); product > limit; product *= chance.next()) count += 1
  return count
}

/** One of some values by their weights. */
export function pick<Value>(weighted: readonly (readonly [Value, number])[], chance: Chance): Value {
  let left = chance.next() * weighted.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of weighted) {
    left -= weight
    if (left < 0) return value
  }
  const last = weighted.at(-1)
  if (last === undefined) throw new RangeError('nothing to pick from')
  return last[0]
}
