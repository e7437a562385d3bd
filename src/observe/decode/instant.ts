import { DAY, type Instant } from '../../model/time.ts'

/** Numbers from here on are milliseconds since 1970; smaller ones are seconds. 1e11 s is the year 5138, 1e11 ms is 1973. */
const MILLISECONDS_FROM = 1e11
/** What a `Date` can hold (ECMA-262, "Time Values and Time Range"): nothing outside of it can be written as a date. */
const FARTHEST = 8.64e15

/**
 * RFC 3339 and the ISO 8601 forms near it: a space for the `T`, seconds and their fraction optional, a zone as `Z`, `+02:00`,
 * `+0200` or `+02`. Without a zone it is UTC, wherever the daemon runs; a date alone is its midnight.
 */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?([Zz]|UTC)|([+-])(\d\d):?(\d\d)?)?)?$/
const EPOCH = /^\d{10}(?:\d{3})?$/
const LONGEST = 40

/** A time as senders write it: ISO 8601 text, or seconds or milliseconds since 1970; null where it can't be read. */
export function readInstant(value: unknown): Instant | null {
  if (typeof value === 'string') return (isUsualForm(value) ? usualInstant(value) : null) ?? anyInstant(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  const at = Math.round(Math.abs(value) < MILLISECONDS_FROM ? value * 1_000 : value)
  return Math.abs(at) <= FARTHEST ? at : null
}

/** `2026-01-15T10:04:00.000Z`, by far the most frequent form: read by itself it takes a tenth of the time. */
function isUsualForm(text: string): boolean {
  return (
    text.length === 24 &&
    text.charCodeAt(23) === 0x5a &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(19) === 0x2e &&
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a
  )
}

function usualInstant(text: string): Instant | null {
  const centuries = twoDigits(text, 0)
  const years = twoDigits(text, 2)
  const hundredths = twoDigits(text, 20)
  const thousandths = twoDigits(text, 21)
  if (centuries < 0 || years < 0 || hundredths < 0 || thousandths < 0) return null
  const day = startOfDay(100 * centuries + years, twoDigits(text, 5), twoDigits(text, 8))
  const time = timeOfDay(twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17))
  return sum(day, time, 10 * hundredths + (thousandths % 10))
}

function anyInstant(text: string): Instant | null {
  if (text.length > LONGEST) return null
  if (EPOCH.test(text)) return readInstant(Number(text))
  const found = ISO.exec(text)
  if (found === null) return null
  const [, year, month, date, hour = 0, minute = 0, second = 0, fraction = '', , sign, zoneHour = 0, zoneMinute = 0] =
    found
  const zone = timeOfDay(Number(zoneHour), Number(zoneMinute), 0)
  if (zone === null) return null
  const isLeap = second === '60'
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0')) + (isLeap ? 1_000 : 0)
  const day = startOfDay(Number(year), Number(month), Number(date))
  const time = timeOfDay(Number(hour), Number(minute), isLeap ? 59 : Number(second))
  const at = sum(day, time, milliseconds - (sign === '-' ? -zone : zone))
  // A leap second stands at the end of a UTC day (RFC 3339, section 5.7), and is the first of the next one here.
  return isLeap && at !== null && ((at % DAY) + DAY) % DAY >= 1_000 ? null : at
}

function sum(day: Instant | null, time: number | null, milliseconds: number): Instant | null {
  return day === null || time === null ? null : day + time + milliseconds
}

/** The number that two characters spell; −1 if they are no digits. Whole throughout, since arithmetic with NaN takes twice as long. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30
  const ones = text.charCodeAt(at + 1) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

/** Milliseconds since midnight; null where there is no such time. */
function timeOfDay(hour: number, minute: number, second: number): number | null {
  if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59)) return null
  return hour * 3_600_000 + minute * 60_000 + second * 1_000
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
/** The date that was read last, and what it came to: most times are of one day. */
const last = { year: 1970, month: 1, date: 1, start: 0 }

/** The first instant of a UTC day; null where there is no such date. */
function startOfDay(year: number, month: number, date: number): Instant | null {
  if (date === last.date && month === last.month && year === last.year) return last.start
  if (!(year >= 0 && month >= 1 && month <= 12 && date >= 1)) return null
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (date > (leap ? 29 : (MONTH_DAYS[month - 1] ?? 0))) return null
  last.year = year
  last.month = month
  last.date = date
  last.start = daysFromCivil(year, month, date) * DAY
  return last.start
}

/** Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
function daysFromCivil(year: number, month: number, date: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + date - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}
