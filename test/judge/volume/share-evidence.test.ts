import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noneNats } from '../../../src/judge/volume/share-evidence.ts'

/** By sums over Poisson counts and a grid of levels: of all the ways in which so much of the rest comes, those in which none of the part does. */
function byHand(rest: number, expectedRest: number, expectedPart: number, shape: number): number {
  const of = (each: number): [number, number] => {
    let [all, none] = [0, 0]
    for (let level = 0.001; level < 8; level += 0.001) {
      const weight =
        Math.exp((each - 1) * Math.log(level) - each * level + each) *
        Math.exp(rest * Math.log(level) - level * expectedRest + expectedRest)
      all += weight
      none += weight * Math.exp(-level * expectedPart)
    }
    return [all / norm(each), none / norm(each)]
  }
  const norm = (each: number): number => {
    let sum = 0
    for (let level = 0.001; level < 8; level += 0.001)
      sum += Math.exp((each - 1) * Math.log(level) - each * level + each)
    return sum
  }
  const [tight, loose] = [of(shape), of(1)]
  return -Math.log((0.98 * tight[1] + 0.02 * loose[1]) / (0.98 * tight[0] + 0.02 * loose[0]))
}

describe('how likely none of a part is', () => {
  it.each([
    [12, 12, 6, 40],
    [6, 12, 12, 40],
    [20, 12, 4, 15],
    [1, 10, 8, 60],
  ])('is that of all levels which leave %d of %d expected of the rest', (rest, expectedRest, expectedPart, shape) => {
    expect(noneNats({ rest, expectedRest, expectedPart }, shape)).toBeCloseTo(
      byHand(rest, expectedRest, expectedPart, shape),
      1,
    )
  })

  it('is what the rest says alone where the whole came to a stop', () => {
    // Twelve of the part expected, and forty others, of which one came: the part isn't what is missing.
    expect(noneNats({ rest: 1, expectedRest: 40, expectedPart: 12 }, 50)).toBeLessThan(3)
    expect(noneNats({ rest: 40, expectedRest: 40, expectedPart: 12 }, 50)).toBeGreaterThan(9)
  })

  it('is a finite number of at least none, the less likely the more is expected', () => {
    const amount = fc.double({ min: 0, max: 1e12, noNaN: true })
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.double({ min: 1, max: 100, noNaN: true }),
        (rest, expectedRest, part, shape) => {
          const nats = noneNats({ rest, expectedRest, expectedPart: part }, shape)
          expect(Number.isFinite(nats)).toBe(true)
          expect(nats).toBeGreaterThanOrEqual(-1e-9)
          expect(noneNats({ rest, expectedRest, expectedPart: part * 2 }, shape)).toBeGreaterThanOrEqual(nats - 1e-6)
        },
      ),
    )
  })
})
