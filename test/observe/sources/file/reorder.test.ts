import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePlaces, createReorder, type Place } from '../../../../src/observe/sources/file/reorder.ts'

const place: fc.Arbitrary<Place> = fc.record({
  at: fc.integer({ min: 0, max: 50 }),
  name: fc.constantFrom('a', 'b'),
  line: fc.integer({ min: 1, max: 30 }),
})
const places = fc.uniqueArray(place, { selector: ({ at, name, line }) => `${at} ${name} ${line}`, maxLength: 200 })

function takeAll(order: ReturnType<typeof createReorder>, until: number): Place[] {
  const out: Place[] = []
  for (let next = order.take(until); next !== null; next = order.take(until)) out.push(next)
  return out
}

describe('the reorder buffer', () => {
  it('gives out in order whatever came in which order', () => {
    fc.assert(
      fc.property(places, (all) => {
        const order = createReorder(null)
        for (const one of all) order.add(one)
        expect(order.size()).toBe(all.length)
        expect(takeAll(order, Number.POSITIVE_INFINITY)).toEqual([...all].sort(comparePlaces))
        expect(order.size()).toBe(0)
      }),
    )
  })

  it('tells by its floor alone what is out', () => {
    fc.assert(
      fc.property(places, fc.array(fc.integer({ min: 0, max: 60 })), (all, untils) => {
        const order = createReorder(null)
        const out = new Set<Place>()
        for (const [index, one] of all.entries()) {
          if (order.isOut(one)) out.add(one)
          else order.add(one)
          for (const taken of takeAll(order, untils[index] ?? 0)) out.add(taken)
        }
        const restored = createReorder(order.floor())
        for (const one of all) expect(restored.isOut(one)).toBe(out.has(one))
      }),
    )
  })
})
