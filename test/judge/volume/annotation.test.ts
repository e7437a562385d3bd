import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Annotation, holidaysIn } from '../../../src/judge/volume/annotation.ts'

it('a holiday is found as if each were looked at', () => {
  const annotation = fc.record({
    kind: fc.constantFrom('holiday' as const, 'incident' as const),
    from: fc.nat(60),
    length: fc.nat(12),
  })
  fc.assert(
    fc.property(fc.array(annotation, { maxLength: 12 }), (made) => {
      const all = made.map(({ kind, from, length }): Annotation => ({ kind, from, to: from + length, series: null }))
      const isHoliday = holidaysIn(all)
      for (let at = -1; at < 80; at += 0.5) {
        expect(isHoliday(at)).toBe(all.some(({ kind, from, to }) => kind === 'holiday' && from <= at && at < to))
      }
    }),
  )
})
