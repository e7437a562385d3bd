import { describe, expect, it } from 'vitest'
import { hashId } from '../../../src/observe/dedupe/hash.ts'
import { seeded } from '../../support/random.ts'

const both = (id: string): string => {
  const { high, low } = hashId(id, { high: 0, low: 0 })
  return `${high}:${low}`
}

/** Ids as systems make them: counted, random, long with a common beginning, short. */
function ids(count: number): string[] {
  const random = seeded(7)
  const hex = () => Math.floor(random.next() * 2 ** 32).toString(16)
  return Array.from({ length: count }, (_, n) => {
    if (n % 4 === 0) return `order-${n}`
    if (n % 4 === 1) return `${hex()}-${hex()}-${hex()}-${n}`
    if (n % 4 === 2) return `ajs-next-1768471445678-${'0'.repeat(20)}${n}`
    return n.toString(36)
  })
}

describe('hashId', () => {
  it('spreads each half as chance would: as many pairs alike as a random function has', () => {
    const count = 200_000
    const expected = (count * (count - 1)) / 2 / 2 ** 32 // 4.7
    for (const half of ['high', 'low'] as const) {
      const seen = new Set(ids(count).map((id) => hashId(id, { high: 0, low: 0 })[half]))
      expect(count - seen.size).toBeLessThan(expected + 5 * Math.sqrt(expected) + 1)
    }
  })

  it('has no two of 200,000 ids alike as a whole, nor when halves are swapped or shifted', () => {
    const all = ids(200_000)
    expect(new Set(all.map(both)).size).toBe(all.length)
  })

  it('tells apart ids that differ in one unit, in order, in length, in zeros at the end', () => {
    const alike = ['ab', 'ba', 'a', 'a\u0000', 'a\u0000\u0000', '', '\u0000', 'aab', 'aba', 'baa', '\ud800', '\udc00']
    expect(new Set(alike.map(both)).size).toBe(alike.length)
  })

  it('changes half of the bits when one bit of the id changes', () => {
    const random = seeded(3)
    let changed = 0
    const trials = 2_000
    for (let trial = 0; trial < trials; trial++) {
      const units = Array.from({ length: 24 }, () => random.below(128))
      const at = random.below(24)
      const a = hashId(String.fromCharCode(...units), { high: 0, low: 0 })
      units[at] = (units[at] ?? 0) ^ (1 << random.below(7))
      const b = hashId(String.fromCharCode(...units), { high: 0, low: 0 })
      changed += ones(a.high ^ b.high) + ones(a.low ^ b.low)
    }
    expect(changed / trials).toBeGreaterThan(31.3)
    expect(changed / trials).toBeLessThan(32.7)
  })
})

function ones(bits: number): number {
  let count = 0
  for (let rest = bits >>> 0; rest !== 0; rest >>>= 1) count += rest & 1
  return count
}
