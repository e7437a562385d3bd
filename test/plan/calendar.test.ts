import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { iso } from '../../src/model/time.ts'
import { calendarHolidays } from '../../src/plan/calendar.ts'
import { occurrences, readRecurrence } from '../../src/plan/recurrence.ts'

const ZONE = 'Europe/Berlin'
const event = (...lines: readonly string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n')
const calendar = (...events: readonly string[]) => ['BEGIN:VCALENDAR', ...events, 'END:VCALENDAR', ''].join('\r\n')

/** Spans in UTC of the events given, those of 2026 and 2027. */
function spans(...events: readonly string[]): readonly string[] {
  const { holidays, skipped } = calendarHolidays(calendar(...events), ZONE)
  const show = (at: number) => iso(at).slice(0, 16)
  return [
    ...holidays.map(({ from, to }) => `${show(from)} ${show(to)}`).filter((span) => /^202[67]/.test(span)),
    ...skipped.map(({ line, why }) => `${line}: ${why}`),
  ]
}

describe('events with a time of day', () => {
  it.each<[string, readonly string[], string]>([
    ['in UTC', ['DTSTART:20261127T180000Z', 'DTEND:20261127T230000Z'], '2026-11-27T18:00 2026-11-27T23:00'],
    [
      'in a zone',
      ['DTSTART;TZID=America/New_York:20261127T180000', 'DTEND;TZID=America/New_York:20261127T230000'],
      '2026-11-27T23:00 2026-11-28T04:00',
    ],
    [
      'in a quoted zone',
      ['DTSTART;TZID="Asia/Tokyo":20261127T090000', 'DTEND;TZID="Asia/Tokyo":20261127T100000'],
      '2026-11-27T00:00 2026-11-27T01:00',
    ],
    ['in the workspace’s', ['DTSTART:20261127T180000', 'DURATION:PT5H'], '2026-11-27T17:00 2026-11-27T22:00'],
    [
      'over the hours that they touch',
      ['DTSTART:20261127T181500', 'DTEND:20261127T200100'],
      '2026-11-27T17:00 2026-11-27T20:00',
    ],
    ['for days and hours', ['DTSTART:20261127T180000', 'DURATION:P2DT6H'], '2026-11-27T17:00 2026-11-29T23:00'],
    [
      'over the night in which the clocks change',
      ['DTSTART:20261024T200000', 'DURATION:P1D'],
      '2026-10-24T18:00 2026-10-25T19:00',
    ],
    [
      'to an end in another zone',
      ['DTSTART;TZID=Europe/Berlin:20261127T180000', 'DTEND:20261127T200000Z'],
      '2026-11-27T17:00 2026-11-27T20:00',
    ],
    [
      'of an alarm’s own time',
      ['DTSTART:20261127T180000Z', 'BEGIN:VALARM', 'DURATION:PT15M', 'END:VALARM', 'DTEND:20261127T230000Z'],
      '2026-11-27T18:00 2026-11-27T23:00',
    ],
  ])('are read: %s', (_, lines, span) => {
    expect(spans(event(...lines))).toEqual([span])
  })

  it.each<[readonly string[], string]>([
    [['SUMMARY:Nothing'], '2: its DTSTART is no date and no time'],
    [
      ['DTSTART:20261127T180000Z'],
      '2: the event has a time of day, but neither DTEND nor DURATION: how long it lasts isn’t known',
    ],
    [
      ['DTSTART;TZID=W. Europe Standard Time:20261127T180000', 'DURATION:PT1H'],
      '2: the zone "W. Europe Standard Time" of its DTSTART is no IANA name, such as Europe/Berlin',
    ],
    [['DTSTART:20261127T250000Z', 'DURATION:PT1H'], '2: its DTSTART is no date and no time'],
    [['DTSTART:20260230', 'RRULE:FREQ=YEARLY'], '2: its DTSTART is no date and no time'],
    [['DTSTART:20261127T180000Z', 'DURATION:-PT1H'], '2: its DURATION is no length of time'],
    [
      ['DTSTART:20261127', 'RRULE:FREQ=YEARLY;BYWEEKNO=20'],
      '2: the event recurs by "FREQ=YEARLY;BYWEEKNO=20": BYWEEKNO isn’t read',
    ],
    [
      ['DTSTART:20261127', 'RRULE:FREQ=HOURLY'],
      '2: the event recurs by "FREQ=HOURLY": FREQ=HOURLY isn’t read: YEARLY, MONTHLY, WEEKLY and DAILY are',
    ],
    [
      ['DTSTART:20261127', 'RRULE:FREQ=WEEKLY;BYDAY=2MO'],
      '2: the event recurs by "FREQ=WEEKLY;BYDAY=2MO": BYDAY=2MO stands for a day of a month or year',
    ],
    [
      ['DTSTART:20261127', 'RDATE;VALUE=PERIOD:20261201T000000Z/PT1H'],
      '2: one of its RDATE is no date or time in a known zone: periods aren’t read',
    ],
  ])('%j is passed over, and said', (lines, said) => {
    expect(spans(event(...lines))).toEqual([said])
  })
})

describe('recurrences', () => {
  const days = (...lines: readonly string[]) => spans(event(...lines)).map((span) => span.slice(0, 10))

  it('are read in civil time, over changes of the clocks', () => {
    expect(spans(event('DTSTART:20261023T180000', 'DURATION:PT2H', 'RRULE:FREQ=WEEKLY;COUNT=2'))).toEqual([
      '2026-10-23T16:00 2026-10-23T18:00',
      '2026-10-30T17:00 2026-10-30T19:00',
    ])
  })

  it('end with UNTIL, be it in UTC, and leave out EXDATE', () => {
    const rule = 'RRULE:FREQ=DAILY;UNTIL=20261203T170000Z'
    const lines = ['DTSTART:20261130T180000', 'DURATION:PT1H', rule, 'EXDATE;TZID=Europe/Berlin:20261201T180000']
    // On the 3rd at 18:00 in Berlin it is 17:00 in UTC.
    expect(days(...lines)).toEqual(['2026-11-30', '2026-12-02', '2026-12-03'])
    expect(days('DTSTART:20261130', 'RRULE:FREQ=DAILY;UNTIL=20261201', 'RDATE:20261224,20261226')).toEqual(
      // Midnight in Berlin is the evening before in UTC.
      ['2026-11-29', '2026-11-30', '2026-12-23', '2026-12-25'],
    )
  })

  it('of every year hold in the years before as well; the others from their start', () => {
    const yearly = calendarHolidays(
      calendar(event('DTSTART:20261225', 'RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25')),
      ZONE,
    )
    expect(yearly.holidays).toHaveLength(91)
    expect(iso(yearly.holidays[0]?.from ?? 0)).toBe('2010-12-24T23:00:00.000Z')
    const leap = calendarHolidays(calendar(event('DTSTART:20280229', 'RRULE:FREQ=YEARLY')), ZONE)
    expect(leap.holidays.slice(0, 2).map(({ from }) => iso(from).slice(0, 10))).toEqual(['2012-02-28', '2016-02-28'])
    expect(days('DTSTART:20270101', 'RRULE:FREQ=YEARLY;COUNT=1')).toEqual(['2026-12-31'])
  })

  it('have occurrences that were moved or cancelled', () => {
    const uid = 'UID:sale'
    expect(
      spans(
        event(uid, 'DTSTART:20261101T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=4'),
        event(uid, 'RECURRENCE-ID:20261108T100000Z', 'DTSTART:20261109T120000Z', 'DURATION:PT1H'),
        event(uid, 'RECURRENCE-ID:20261115T100000Z', 'DTSTART:20261115T100000Z', 'STATUS:CANCELLED'),
        event('DTSTART:20261224', 'STATUS:CANCELLED'),
      ),
    ).toEqual([
      '2026-11-01T10:00 2026-11-01T11:00',
      '2026-11-22T10:00 2026-11-22T11:00',
      '2026-11-09T12:00 2026-11-09T13:00',
    ])
  })

  /** From RFC 5545, section 3.8.5.3, and of calendars as they are: the first days of each. */
  it.each<[string, string, readonly string[]]>([
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '2026-11-26', ['2026-11-26', '2027-11-25', '2028-11-23']],
    ['FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO', '2026-05-25', ['2026-05-25', '2027-05-31', '2028-05-29']],
    ['FREQ=YEARLY;BYDAY=20MO', '1997-05-19', ['1997-05-19', '1998-05-18', '1999-05-17']],
    [
      'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8',
      '1996-11-05',
      ['1996-11-05', '2000-11-07', '2004-11-02'],
    ],
    ['FREQ=YEARLY;BYMONTH=6,7', '1997-06-10', ['1997-06-10', '1997-07-10', '1998-06-10']],
    ['FREQ=MONTHLY;BYDAY=1FR', '1997-09-05', ['1997-09-05', '1997-10-03', '1997-11-07']],
    ['FREQ=MONTHLY;BYDAY=-2MO', '1997-09-22', ['1997-09-22', '1997-10-20', '1997-11-17']],
    ['FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09-28', ['1997-09-28', '1997-10-29', '1997-11-28']],
    ['FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13', '1998-02-13', ['1998-02-13', '1998-03-13', '1998-11-13']],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', '1997-09-30', ['1997-09-30', '1997-10-31', '1997-11-28']],
    ['FREQ=MONTHLY', '2026-01-31', ['2026-01-31', '2026-03-31', '2026-05-31']],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO',
      '1997-08-05',
      ['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'],
    ],
    [
      'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU',
      '1997-08-05',
      ['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'],
    ],
    ['FREQ=DAILY;BYMONTH=1;INTERVAL=10', '1998-01-01', ['1998-01-01', '1998-01-11', '1998-01-21', '1998-01-31']],
  ])('%s from %s', (text, start, dates) => {
    const rule = readRecurrence(text)
    if (typeof rule === 'string') throw new Error(rule)
    const found: string[] = []
    for (const at of occurrences(rule, Date.parse(`${start}T18:00:00Z`), Date.UTC(2101, 0, 1))) {
      if (found.length >= dates.length) break
      found.push(iso(at))
    }
    expect(found).toEqual(dates.map((date) => `${date}T18:00:00.000Z`))
  })
})

it('whatever a file holds: an answer, and spans that end after they begin', () => {
  const line = fc.oneof(
    fc.constantFrom('BEGIN:VEVENT', 'END:VEVENT', 'BEGIN:VALARM', 'END:VALARM', 'DTSTART:20261127', 'DTEND:20261126'),
    fc.constantFrom('DURATION:PT1H', 'DURATION:P', 'DTSTART:20261127T180000', 'UID:1', 'RECURRENCE-ID:20261127'),
    fc.constantFrom(
      'RRULE:FREQ=MONTHLY;BYMONTHDAY=31',
      'RRULE:FREQ=DAILY;INTERVAL=0',
      'RRULE:',
      'RRULE:FREQ=YEARLY;UNTIL=1',
    ),
    fc.constantFrom(
      'RRULE:FREQ=WEEKLY;BYDAY=XX',
      'EXDATE:20261127,x',
      'RRULE:FREQ=YEARLY;BYDAY=53MO',
      ' folded',
      'x;y="z:1',
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const { holidays } = calendarHolidays(lines.join('\n'), ZONE)
      for (const { from, to } of holidays) expect(to).toBeGreaterThan(from)
      expect(holidays.length).toBeLessThanOrEqual(5_000 * lines.length)
    }),
    { numRuns: 60 },
  )
})
