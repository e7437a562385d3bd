/** A rule by which an event recurs, as far as it is read: RFC 5545, section 3.3.10. */
export interface Recurrence {
  readonly every: 'YEARLY' | 'MONTHLY' | 'WEEKLY' | 'DAILY'
  readonly interval: number
  /** Null: for ever. */
  readonly count: number | null
  /** As written: a date, or a time with or without `Z`. */
  readonly until: string | null
  readonly months: readonly number[]
  readonly monthDays: readonly number[]
  /** Weekdays, Sunday 0; `nth` of the month or year, from its end where negative, 0: each. */
  readonly weekdays: readonly { readonly day: number; readonly nth: number }[]
  /** Of what a month (year, week) has, only those at these places, from its end where negative. */
  readonly places: readonly number[]
  readonly weekStart: number
}

const DAY = 86_400_000
const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const KNOWN = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYMONTH', 'BYMONTHDAY', 'BYDAY', 'BYSETPOS', 'WKST']

/** What an RRULE says; a text: what of it isn't read. */
export function readRecurrence(rule: string): Recurrence | string {
  const parts = new Map(
    rule.split(';').map((part): [string, string] => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']),
  )
  for (const key of parts.keys()) if (!KNOWN.includes(key)) return `${key} isn’t read`
  const every = (['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY'] as const).find((each) => each === parts.get('FREQ'))
  if (every === undefined) return `FREQ=${parts.get('FREQ') ?? ''} isn’t read: YEARLY, MONTHLY, WEEKLY and DAILY are`
  const numbers = (key: string, most: number): readonly number[] | null => {
    const all = parts.get(key)?.split(',').map(Number) ?? []
    return all.every((each) => Number.isInteger(each) && each !== 0 && Math.abs(each) <= most) ? all : null
  }
  const [months, monthDays, places] = [numbers('BYMONTH', 12), numbers('BYMONTHDAY', 31), numbers('BYSETPOS', 366)]
  const [interval, count] = [numbers('INTERVAL', 10_000), numbers('COUNT', 1_000_000)]
  const weekdays = parts.get('BYDAY')?.split(',').map(weekdayOf) ?? []
  const weekStart = WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO')
  const isBad = [months, monthDays, places, interval, count].includes(null) || weekdays.includes(null) || weekStart < 0
  if (isBad || months === null || months.some((month) => month < 0)) return 'one of its numbers or weekdays is none'
  const until = parts.get('UNTIL') ?? null
  if (until !== null && !/^\d{8}(T\d{6}Z?)?$/.test(until)) return 'its UNTIL is no date and no time'
  const named = weekdays.flatMap((each) => each ?? [])
  if (named.some(({ nth }) => nth !== 0) && (every === 'WEEKLY' || every === 'DAILY'))
    return `BYDAY=${parts.get('BYDAY') ?? ''} stands for a day of a month or year`
  return {
    every,
    interval: Math.abs(interval?.[0] ?? 1),
    count: count?.[0] === undefined ? null : Math.abs(count[0]),
    until,
    months,
    monthDays: monthDays ?? [],
    weekdays: named,
    places: places ?? [],
    weekStart,
  }
}

function weekdayOf(text: string): { day: number; nth: number } | null {
  const [, nth = '', name = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? []
  const day = WEEKDAYS.indexOf(name)
  return day < 0 || nth === '0' ? null : { day, nth: Number(nth) }
}

/**
 * When an event recurs that first starts at `start`, in order, without `count` and `until` being asked: civil times as if they were UTC, before
 * `end`. The first one is `start` itself, whether or not the rule has it.
 */
export function* occurrences(rule: Recurrence, start: number, end: number): Generator<number> {
  yield start
  const clock = start - dayOf(start)
  for (let period = firstPeriod(rule, start); period < end; period = nextPeriod(rule, period)) {
    for (const day of placed(
      rule,
      daysIn(rule, period, start).filter((each) => isIn(rule, each)),
    )) {
      if (day + clock > start && day + clock < end) yield day + clock
    }
  }
}

const dayOf = (at: number): number => Math.floor(at / DAY) * DAY
const year = (at: number): number => new Date(at).getUTCFullYear()
const month = (at: number): number => new Date(at).getUTCMonth()

/** The start of the year, month, week or day that holds the first one. */
function firstPeriod({ every, weekStart }: Recurrence, start: number): number {
  if (every === 'YEARLY') return Date.UTC(year(start), 0, 1)
  if (every === 'MONTHLY') return Date.UTC(year(start), month(start), 1)
  const day = dayOf(start)
  return every === 'DAILY' ? day : day - ((new Date(day).getUTCDay() - weekStart + 7) % 7) * DAY
}

function nextPeriod({ every, interval }: Recurrence, period: number): number {
  if (every === 'YEARLY') return Date.UTC(year(period) + interval, 0, 1)
  if (every === 'MONTHLY') return Date.UTC(year(period), month(period) + interval, 1)
  return period + interval * (every === 'WEEKLY' ? 7 : 1) * DAY
}

/** The days of a period that the rule could mean, before its filters. */
function daysIn(rule: Recurrence, period: number, start: number): readonly number[] {
  const { every, weekdays, monthDays, months } = rule
  if (every === 'DAILY') return [period]
  if (every === 'WEEKLY') {
    const week = Array.from({ length: 7 }, (_, day) => period + day * DAY)
    return weekdays.length > 0 ? week : week.filter((day) => new Date(day).getUTCDay() === new Date(start).getUTCDay())
  }
  const isOfYear = every === 'YEARLY' && weekdays.length > 0 && monthDays.length === 0 && months.length === 0
  const span = isOfYear ? daysOf(period, Date.UTC(year(period) + 1, 0, 1)) : null
  if (span !== null) return nthOf(rule, span)
  const own = every === 'YEARLY' && months.length === 0 && monthDays.length === 0 ? [month(start) + 1] : YEAR
  const asked = every === 'MONTHLY' ? [month(period) + 1] : months.length > 0 ? months : own
  return asked
    .toSorted((a, b) => a - b)
    .flatMap((each) => {
      const days = daysOf(Date.UTC(year(period), each - 1, 1), Date.UTC(year(period), each, 1))
      if (weekdays.length > 0) return nthOf(rule, days)
      if (monthDays.length > 0) return days
      return days.filter((day) => new Date(day).getUTCDate() === new Date(start).getUTCDate())
    })
}

const YEAR = Array.from({ length: 12 }, (_, index) => index + 1)

function daysOf(from: number, to: number): readonly number[] {
  return Array.from({ length: (to - from) / DAY }, (_, day) => from + day * DAY)
}

/** Those of a month's or a year's days that are one of the weekdays, or its nth. */
function nthOf({ weekdays }: Recurrence, days: readonly number[]): readonly number[] {
  return days.filter((day) => {
    const weekday = new Date(day).getUTCDay()
    if (!weekdays.some((each) => each.day === weekday)) return false
    const same = days.filter((other) => new Date(other).getUTCDay() === weekday)
    const place = same.indexOf(day)
    return weekdays.some(
      ({ day: wanted, nth }) => wanted === weekday && (nth === 0 || nth === place + 1 || nth === place - same.length),
    )
  })
}

/** Whether a day passes the parts of the rule that only leave days out. */
function isIn({ every, months, monthDays, weekdays }: Recurrence, day: number): boolean {
  const date = new Date(day)
  const length = new Date(Date.UTC(year(day), month(day) + 1, 0)).getUTCDate()
  const ofMonth = date.getUTCDate()
  const isWeekday =
    every !== 'WEEKLY' && every !== 'DAILY' ? true : weekdays.some((each) => each.day === date.getUTCDay())
  return (
    (months.length === 0 || months.includes(month(day) + 1)) &&
    (monthDays.length === 0 || monthDays.includes(ofMonth) || monthDays.includes(ofMonth - length - 1)) &&
    (weekdays.length === 0 || isWeekday)
  )
}

function placed({ places }: Recurrence, days: readonly number[]): readonly number[] {
  if (places.length === 0) return days
  return days.filter((_, index) => places.includes(index + 1) || places.includes(index - days.length))
}
