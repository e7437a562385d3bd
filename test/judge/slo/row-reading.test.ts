import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leastBad, readRow } from '../../../src/judge/slo/row-reading.ts'
import { rowIsTrue } from '../../../src/judge/slo/verdict.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const tally = fc.nat(400).chain((total) => fc.record({ bad: fc.nat(total), total: fc.constant(total) }))
const slo = fc
  .record({
    objective: fc.constantFrom(0.9, 0.99, 0.995, 0.999),
    kind: fc.constantFrom('validity' as const, 'freshness' as const),
  })
  .map(sloPlan)

describe('a burn row taken apart', () => {
  it('misses nothing exactly where it is true', () => {
    fc.assert(
      fc.property(slo, fc.nat(3), tally, tally, (plan, index, long, short) => {
        const row = plan.rows[index % plan.rows.length]!
        expect(readRow(plan, row, long, short).misses.length === 0).toBe(rowIsTrue(plan, row, long, short))
      }),
    )
  })

  it('knows the fewest bad that can make it true', () => {
    fc.assert(
      fc.property(slo, fc.nat(3), fc.nat(300), (plan, index, total) => {
        const row = plan.rows[index % plan.rows.length]!
        const all = { bad: 1e6, total: 1e6 }
        const least = leastBad(plan, row, total)
        if (least === null) expect(rowIsTrue(plan, row, { bad: total, total }, all)).toBe(false)
        else {
          expect(rowIsTrue(plan, row, { bad: least, total: Math.max(least, total) }, all)).toBe(true)
          expect(rowIsTrue(plan, row, { bad: least - 1, total: Math.max(least, total) }, all)).toBe(false)
        }
      }),
    )
  })
})
