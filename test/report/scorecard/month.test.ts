import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, iso } from '../../../src/model/time.ts'
import {
  freezesAt,
  monthAfter,
  monthAt,
  monthBefore,
  monthTitle,
  readMonth,
} from '../../../src/report/scorecard/month.ts'

const cases: Record<string, { month: string; zone: string; from: string; to: string; hours: number }> = {
  UTC: { month: '2026-10', zone: 'UTC', from: '2026-10-01T00', to: '2026-11-01T00', hours: 744 },
  'a month in which winter time begins has an hour more': {
    month: '2026-10',
    zone: 'Europe/Berlin',
    from: '2026-09-30T22',
    to: '2026-10-31T23',
    hours: 745,
  },
  'a month in which summer time begins has an hour less': {
    month: '2026-03',
    zone: 'Europe/Berlin',
    from: '2026-02-28T23',
    to: '2026-03-31T22',
    hours: 743,
  },
  'west of Greenwich': {
    month: '2026-11',
    zone: 'America/New_York',
    from: '2026-11-01T04',
    to: '2026-12-01T05',
    hours: 721,
  },
  'half an hour off: whole hours, rounded down': {
    month: '2026-10',
    zone: 'Asia/Kolkata',
    from: '2026-09-30T18',
    to: '2026-10-31T18',
    hours: 744,
  },
  'a leap year': { month: '2028-02', zone: 'UTC', from: '2028-02-01T00', to: '2028-03-01T00', hours: 696 },
  'over the new year': {
    month: '2026-12',
    zone: 'Pacific/Auckland',
    from: '2026-11-30T11',
    to: '2026-12-31T11',
    hours: 744,
  },
  'a midnight that summer time skips: the hour after it': {
    month: '2017-10',
    zone: 'America/Asuncion',
    from: '2017-10-01T04',
    to: '2017-11-01T03',
    hours: 743,
  },
}

describe('a month', () => {
  it.each(Object.entries(cases))('%s', (_name, { month: name, zone, from, to, hours }) => {
    const month = readMonth(name, zone)
    if (month === null) throw new Error('is one')
    expect([iso(month.from).slice(0, 13), iso(month.to).slice(0, 13), (month.to - month.from) / HOUR]).toEqual([
      from,
      to,
      hours,
    ])
    expect(freezesAt(month)).toBe(month.to + 72 * HOUR)
  })

  it.each(['', '2026', '2026-1', '2026-00', '2026-13', '1999-12', '2026-10-01', ' 2026-10', '2026-10\n', '२०२६-१०'])(
    'is not %j',
    (text) => expect(readMonth(text, 'UTC')).toBeNull(),
  )

  it('tiles time without gap or overlap, in every zone', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC'),
        fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2040, 0, 1) }),
        (zone, at) => {
          const month = monthAt(at, zone)
          expect(month.from <= at && at < month.to).toBe(true)
          expect(readMonth(month.name, zone)).toEqual(month)
          expect(monthAfter(month).from).toBe(month.to)
          expect(monthBefore(month).to).toBe(month.from)
          expect(monthAfter(monthBefore(month))).toEqual(month)
          expect(month.to - month.from).toBeGreaterThan(27 * DAY)
          expect(month.to - month.from).toBeLessThan(32 * DAY)
        },
      ),
      { numRuns: 300 },
    ))

  it('has a name for people', () => expect(monthTitle('2026-10')).toBe('October 2026'))
})
