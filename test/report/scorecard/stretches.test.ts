import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/model/time.ts'
import {
  joined,
  minutesIn,
  observedMinutes,
  type Stretch,
  within,
  without,
} from '../../../src/report/scorecard/stretches.ts'
import { wasObserved } from '../../../src/runtime/evaluate/observed.ts'

const WHOLE: Stretch = { from: 0, to: 40 * MINUTE }
/** To the second, so that gaps of about five seconds come up. */
const spans = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 2_400 }), fc.integer({ min: 1, max: 400 })).map(([start, length]) => ({
    from: start * 1_000,
    to: Math.min(WHOLE.to, (start + length) * 1_000),
  })),
  { maxLength: 12 },
)
const sorted = (own: readonly Stretch[]) =>
  [...own].sort((a, b) => a.from - b.from).map(({ from, to }) => ({ started: from, ended: to }))

describe('observed minutes', () => {
  it('are those that the judge takes for observed, minute by minute', () =>
    fc.assert(
      fc.property(fc.array(spans, { minLength: 1, maxLength: 3 }), (partitions) => {
        const observed = observedMinutes(partitions)
        const stored = new Map(partitions.map((own, index) => [String(index), sorted(own)]))
        for (let start = 0; start < WHOLE.to; start += MINUTE) {
          const isIn = observed.some(({ from, to }) => from <= start && start + MINUTE <= to)
          expect(isIn).toBe(wasObserved(stored, start, false))
        }
      }),
    ))

  it('and the rest make up the whole', () =>
    fc.assert(
      fc.property(spans, (own) => {
        const observed = observedMinutes([own])
        expect(minutesIn(within(WHOLE, observed)) + minutesIn(without(WHOLE, observed))).toBe(40)
      }),
    ))
})

it('joined stretches neither overlap nor touch, and cover the same', () =>
  fc.assert(
    fc.property(spans, fc.integer({ min: 0, max: 2_400_000 }), (own, at) => {
      const all = joined(own)
      for (const [index, one] of all.entries()) expect(one.from > (all[index - 1]?.to ?? -1)).toBe(true)
      const covers = (list: readonly Stretch[]) => list.some(({ from, to }) => from <= at && at < to)
      expect(covers(all)).toBe(covers(own))
    }),
  ))
