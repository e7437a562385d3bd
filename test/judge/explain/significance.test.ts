import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOf, gainOf, riskRatio, type Split } from '../../../src/judge/explain/significance.ts'

/** Sets of `all` of `wholeAll` records that hold at least `bad` of the `wholeBad` bad ones, by counting. */
function counted({ bad, all, wholeBad, wholeAll }: Split): number {
  let hits = 0
  let sets = 0
  for (let set = 0; set < 1 << wholeAll; set++) {
    let size = 0
    let inside = 0
    for (let record = 0; record < wholeAll; record++) {
      if ((set >> record) & 1) {
        size++
        if (record < wholeBad) inside++
      }
    }
    if (size !== all) continue
    sets++
    if (inside >= bad) hits++
  }
  return hits / sets
}

const splits = fc
  .record({ wholeAll: fc.integer({ min: 1, max: 11 }), parts: fc.tuple(fc.nat(11), fc.nat(11), fc.nat(11)) })
  .map(({ wholeAll, parts: [a, b, c] }) => {
    const wholeBad = a % (wholeAll + 1)
    const all = b % (wholeAll + 1)
    const least = Math.max(0, all - (wholeAll - wholeBad))
    const most = Math.min(all, wholeBad)
    return { wholeAll, wholeBad, all, bad: least + (c % (most - least + 1)) }
  })

describe('the chance of a blind part', () => {
  it('is the share of sets that look as bad', () => {
    fc.assert(
      fc.property(splits, (split) => {
        expect(chanceOf(split)).toBeCloseTo(counted(split), 9)
      }),
      { numRuns: 60 },
    )
  })
  it('stays a number for millions of records', () => {
    const chance = chanceOf({ bad: 60_000, all: 1_000_000, wholeBad: 100_000, wholeAll: 2_000_000 })
    expect(chance).toBe(0)
    expect(chanceOf({ bad: 50_000, all: 1_000_000, wholeBad: 100_000, wholeAll: 2_000_000 })).toBeCloseTo(0.5, 2)
  })
})

describe('gain and risk ratio', () => {
  it('are none where the rates are equal', () => {
    expect(gainOf({ bad: 5, all: 50, wholeBad: 10, wholeAll: 100 })).toBeCloseTo(0, 9)
    expect(riskRatio({ bad: 5, all: 50, wholeBad: 10, wholeAll: 100 })).toBe(1)
  })
  it('are as by hand where all that is bad lies inside', () => {
    // 10 of 20 inside, 0 of 80 outside: 2 (20 ln ½ − (10 ln 0.1 + 90 ln 0.9))
    const split = { bad: 10, all: 20, wholeBad: 10, wholeAll: 100 }
    expect(gainOf(split)).toBeCloseTo(2 * (20 * Math.log(0.5) - (10 * Math.log(0.1) + 90 * Math.log(0.9))), 9)
    expect(riskRatio(split)).toBe(Number.POSITIVE_INFINITY)
  })
})
