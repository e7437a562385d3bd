import type { Instant } from '../../model/time.ts'

/** Numbers from here on are milliseconds since 1970; smaller ones are seconds. 1e11 s is the year 5138, 1e11 ms is 1973. */
const MILLISECONDS_FROM = 1e11

/** A time as senders write it: ISO 8601 text, or seconds or milliseconds since 1970; null where it can't be read. */
export function readInstant(value: unknown): Instant | null {
  if (typeof value === 'string') return isoInstant(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return Math.round(Math.abs(value) < MILLISECONDS_FROM ? value * 1_000 : value)
}

/** `2026-01-15T10:04:00.000Z` without the cost of Date.parse, which serves every other form. */
function isoInstant(text: string): Instant | null {
  if (
    text.length === 24 &&
    text.charCodeAt(23) === 0x5a &&
    text.charCodeAt(10) === 0x54 &&
    text.charCodeAt(19) === 0x2e
  ) {
    const year = digits(text, 0, 4)
    const month = digits(text, 5, 7)
    const day = digits(text, 8, 10)
    const hour = digits(text, 11, 13)
    const minute = digits(text, 14, 16)
    const second = digits(text, 17, 19)
    const millisecond = digits(text, 20, 23)
    // Days 29 to 31 may not exist in a month: leave those to Date.parse.
    if (
      month >= 1 &&
      month <= 12 &&
      day >= 1 &&
      day <= 28 &&
      hour <= 23 &&
      minute <= 59 &&
      second <= 59 &&
      year >= 1970
    ) {
      return (
        daysFromCivil(year, month, day) * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millisecond
      )
    }
  }
  if (text.length < 8 || text.length > 40) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}

/** The number that these characters spell; a large negative one if one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return Number.NEGATIVE_INFINITY
    value = value * 10 + digit
  }
  return value
}

/** Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}
