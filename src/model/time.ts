/** Epoch milliseconds. Every time in Assay is one: from a record's arrival to an incident's end. */
export type Instant = number
/** Milliseconds. */
export type Duration = number

export const SECOND: Duration = 1_000
export const MINUTE: Duration = 60 * SECOND
export const HOUR: Duration = 60 * MINUTE
export const DAY: Duration = 24 * HOUR

/** The first and the last instant (exclusive) at which an arrival is plausible: the years 2010 to 2100. */
const EARLIEST_ARRIVAL: Instant = Date.UTC(2010, 0, 1)
const LATEST_ARRIVAL: Instant = Date.UTC(2100, 0, 1)

export function isPlausibleArrival(at: Instant): boolean {
  return at >= EARLIEST_ARRIVAL && at < LATEST_ARRIVAL
}

/** The start of the UTC minute, hour or day (`unit`) that holds `at`. */
export function floorTo(at: Instant, unit: Duration): Instant {
  return Math.floor(at / unit) * unit
}

/** ISO 8601 in UTC with milliseconds, as in every output. */
export function iso(at: Instant): string {
  return new Date(at).toISOString()
}

/** Whether a date, `2026-02-28`, is on the calendar: the 30th of February would be read as the 2nd of March. */
export function isCalendarDay(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`)
  return Number.isFinite(at) && iso(at).startsWith(`${date}T`)
}

const UNITS: Readonly<Record<string, Duration>> = {
  ms: 1,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
}

/** Reads `90s`, `30m`, `1h30m`, `30d`; null for anything else and for less than a millisecond. */
export function parseDuration(text: string): Duration | null {
  if (!/^(\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return null
  let sum = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    sum += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
  }
  const whole = Math.round(sum)
  return Number.isSafeInteger(whole) && whole > 0 ? whole : null
}

/** The shortest exact notation: `30d`, `1h30m`, `45s`. Round trip of `parseDuration`. */
export function formatDuration(duration: Duration): string {
  let rest = duration
  let text = ''
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
    ['ms', 1],
  ] as const) {
    const amount = Math.floor(rest / size)
    if (amount > 0) text += `${amount}${unit}`
    rest -= amount * size
  }
  return text === '' ? '0s' : text
}

/** Whether this is the name of a time zone that this machine knows. */
export function isIanaZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return !/^[+-]/.test(name)
  } catch {
    return false
  }
}
