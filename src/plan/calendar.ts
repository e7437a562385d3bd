import { type CalendarEvent, type CivilTime, readCalendar } from '../config/ical.ts'
import { civilInstant, zoneOffset } from '../judge/slo/active.ts'
import { HOUR, type Instant } from '../model/time.ts'
import type { VolumePlan } from './plan.ts'
import { occurrences, readRecurrence, type Recurrence } from './recurrence.ts'

type Holidays = VolumePlan['holidays']

/** What a calendar says of days and hours, and what of it was passed over. */
export interface CalendarHolidays {
  readonly holidays: Holidays
  readonly skipped: readonly { readonly line: number; readonly why: string }[]
}

/** Holidays are looked for in these years. */
const FIRST_YEAR = 2010
const FIRST = Date.UTC(FIRST_YEAR, 0, 1)
const LAST = Date.UTC(2101, 0, 1)
/** An event has as many occurrences as every week of those years, and some. */
const MOST = 5_000

/**
 * The holidays of an iCalendar file: whole days in the workspace's zone, other events in the hours that they touch. An event of every year on
 * the same day is one in the years before it was written down, too: the past is what is learnt from.
 */
export function calendarHolidays(text: string, timezone: string): CalendarHolidays {
  const { events, skipped } = readCalendar(text)
  const passed = [...skipped]
  const holidays = events.flatMap((event): Holidays => {
    const rule = event.rule === null ? null : readRecurrence(event.rule)
    if (typeof rule === 'string') {
      passed.push({ line: event.line, why: `the event recurs by "${event.rule?.slice(0, 60)}": ${rule}` })
      return []
    }
    return spansOf(event, rule, timezone)
  })
  return { holidays, skipped: passed.sort((a, b) => a.line - b.line) }
}

function spansOf(event: CalendarEvent, rule: Recurrence | null, timezone: string): Holidays {
  const instantOf = instants(timezone)
  const excluded = new Set(event.excluded.map(instantOf))
  const length = event.end.local - event.start.local
  const starts = [...startsOf(event, rule, instantOf), ...event.added]
  return starts.flatMap((start) => {
    const from = instantOf(start)
    if (excluded.has(from)) return []
    // An end in another zone is as far from the start as it was written.
    const to =
      event.end.zone === event.start.zone
        ? instantOf({ ...start, local: start.local + length })
        : from + instantOf(event.end) - instantOf(event.start)
    if (to <= Math.max(from, FIRST)) return []
    if (event.isAllDay) return [{ from, to, name: event.name }]
    return [{ from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR, name: event.name }]
  })
}

function startsOf(
  { start, isAllDay }: CalendarEvent,
  rule: Recurrence | null,
  instantOf: (time: CivilTime) => Instant,
): readonly CivilTime[] {
  if (rule === null) return [start]
  const isLast = lastOf(rule, start, instantOf)
  const first = isAllDay && isPlainlyYearly(rule) ? inYear(start.local, FIRST_YEAR) : start.local
  const found: CivilTime[] = []
  for (const local of occurrences(rule, first, LAST)) {
    if (found.length >= Math.min(rule.count ?? MOST, MOST) || isLast(local)) break
    found.push({ ...start, local })
  }
  return found
}

/** Whether an occurrence is after the rule's UNTIL, which may be a date, a time of the event's zone, or one in UTC. */
function lastOf({ until }: Recurrence, { zone }: CivilTime, instantOf: (time: CivilTime) => Instant) {
  const [, year, month, day, hour = '23', minute = '59', second = '59', utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(until ?? '') ?? []
  if (year === undefined) return () => false
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  if (utc !== 'Z') return (start: number) => start > local
  return (start: number) => instantOf({ local: start, zone }) > local
}

function isPlainlyYearly({ every, interval, count, until, weekdays, places }: Recurrence): boolean {
  return (
    every === 'YEARLY' && interval === 1 && count === null && until === null && weekdays.length + places.length === 0
  )
}

/** The same day of an earlier year; of the first that has it: 29 February. */
function inYear(local: number, first: number): number {
  const { month, day } = { month: new Date(local).getUTCMonth(), day: new Date(local).getUTCDate() }
  for (let year = first; ; year += 1) {
    const at = Date.UTC(year, month, day)
    if (new Date(at).getUTCDate() === day) return at
  }
}

function instants(timezone: string): (time: CivilTime) => Instant {
  const offsets = new Map<string, (at: Instant) => number>()
  return ({ local, zone }) => {
    const name = zone ?? timezone
    const offset = offsets.get(name) ?? zoneOffset(name)
    offsets.set(name, offset)
    return civilInstant(local, offset)
  }
}
