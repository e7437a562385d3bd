import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInstant } from '../../../src/observe/decode/instant.ts'

const AT = Date.UTC(2026, 0, 15, 10, 4, 5)

const read: Record<string, { given: unknown; then: number | null }> = {
  'the form of the libraries': { given: '2026-01-15T10:04:05.678Z', then: AT + 678 },
  'without milliseconds': { given: '2026-01-15T10:04:05Z', then: AT },
  'with nanoseconds, cut': { given: '2026-01-15T10:04:05.678999999Z', then: AT + 678 },
  'with a zone east of Greenwich': { given: '2026-01-15T12:04:05+02:00', then: AT },
  'with a zone west of Greenwich, without colon': { given: '2026-01-15T04:34:05-0530', then: AT },
  'with a zone in hours': { given: '2026-01-15T12:04:05+02', then: AT },
  'with a space, as warehouses write it': { given: '2026-01-15 10:04:05.000', then: AT },
  'without a zone it is UTC': { given: '2026-01-15T10:04:05', then: AT },
  'without seconds': { given: '2026-01-15T10:04Z', then: AT - 5_000 },
  'a date alone': { given: '2026-01-15', then: Date.UTC(2026, 0, 15) },
  'milliseconds since 1970': { given: AT, then: AT },
  'seconds since 1970': { given: AT / 1_000 + 0.25, then: AT + 250 },
  'milliseconds since 1970 as text': { given: String(AT), then: AT },
  'the leap day of a leap year': { given: '2024-02-29T00:00:00.000Z', then: Date.UTC(2024, 1, 29) },
  'a leap day that was none': { given: '2023-02-29T00:00:00.000Z', then: null },
  'the 31st of a month of 30': { given: '2026-04-31', then: null },
  'a leap second, as the first of the next day': { given: '2016-12-31T23:59:60Z', then: Date.UTC(2017, 0, 1) },
  'a leap second with milliseconds': { given: '2016-12-31T23:59:60.250Z', then: Date.UTC(2017, 0, 1) + 250 },
  'a leap second in a zone': { given: '2017-01-01T05:29:60+05:30', then: Date.UTC(2017, 0, 1) },
  'second 60 in the midst of a day': { given: '2016-12-31T10:04:60.000Z', then: null },
  'second 61': { given: '2016-12-31T23:59:61Z', then: null },
  'hour 24': { given: '2026-01-15T24:00:00.000Z', then: null },
  'month 13': { given: '2026-13-01T00:00:00.000Z', then: null },
  'letters among the digits': { given: '2026-01-15T10:04:0x.678Z', then: null },
  'letters among the milliseconds': { given: '2026-01-15T10:04:05.6x8Z', then: null },
  'words that Date.parse would take': { given: 'order 12', then: null },
  'an empty text': { given: '', then: null },
  'no finite number': { given: Number.POSITIVE_INFINITY, then: null },
  'farther than a date goes': { given: 1e300, then: null },
  'no time at all': { given: { $date: 1 }, then: null },
}

describe('readInstant', () => {
  it.each(Object.entries(read))('%s', (_name, { given, then }) => {
    expect(readInstant(given)).toBe(then)
  })

  it('reads back what Date writes, in years of four digits', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          expect(readInstant(date.toISOString())).toBe(date.getTime())
        },
      ),
    )
  })

  it('answers a date that exists or null, whatever the digits', () => {
    const digit = fc.constantFrom(...'0123456789')
    fc.assert(
      fc.property(fc.array(digit, { minLength: 17, maxLength: 17 }), (digits) => {
        const d = digits.join('')
        const text = `${d.slice(0, 4)}-${d.slice(4, 6)}-${d.slice(6, 8)}T${d.slice(8, 10)}:${d.slice(10, 12)}:${d.slice(12, 14)}.${d.slice(14)}Z`
        const at = readInstant(text)
        expect(at === null ? null : new Date(at).toISOString()).toBe(at === null ? null : text)
      }),
      { numRuns: 2_000 },
    )
  })
})
