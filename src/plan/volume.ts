import { nearest } from '../config/nearest.ts'
import type { Project } from '../config/project.ts'
import type { HolidayConfig, KnownConfig } from '../config/volume.ts'
import { readTableName, writeTableName } from '../config/table-name.ts'
import { civilInstant, zoneOffset } from '../judge/slo/active.ts'
import type { Problem } from '../model/problem.ts'
import { DAY, type Instant, isCalendarDay } from '../model/time.ts'
import { calendarHolidays } from './calendar.ts'
import type { DomainPlan, EventPlan, KnownChange, VolumePlan } from './plan.ts'
import type { TablePlan } from './table-plan.ts'

/** A holiday of every year is one in each of these. */
const YEARS = Array.from({ length: 91 }, (_, index) => 2010 + index)
/** A span longer than this is a season, which is learnt, not a holiday. */
const LONGEST_HOLIDAY = 60 * DAY

interface Around {
  readonly project: Project
  readonly domains: ReadonlyMap<string, DomainPlan>
  readonly events: ReadonlyMap<string, EventPlan>
  readonly tables: ReadonlyMap<string, TablePlan>
}

/** What `volume:` says and when events are released, in instants of the workspace's zone. */
export function compileVolume(around: Around, problems: Problem[]): VolumePlan {
  const { project, events, tables } = around
  const { timezone, volume } = project.assay.value
  const offsetAt = zoneOffset(timezone)
  const midnight = (date: string): Instant => civilInstant(Date.parse(`${date}T00:00:00Z`), offsetAt)
  const known = volume.known.flatMap((each, index) => knownChange(around, each, index, offsetAt, problems) ?? [])
  return {
    falseAlarmsPerWeek: volume.false_alarms_per_week,
    holidays: volume.holidays.flatMap((holiday, index) =>
      typeof holiday === 'object' && 'ical' in holiday
        ? ofCalendar(project, holiday.ical, ['volume', 'holidays', index], problems)
        : daysOf(project, holiday, index, problems).flatMap((days) => spansOf(days, midnight)),
    ),
    known: [
      ...known,
      ...[...events.values(), ...tables.values()].flatMap(({ name, status, released = null }): KnownChange[] => {
        if (status === 'planned') return [{ ...launchOf(name, 0), to: Number.MAX_SAFE_INTEGER }]
        return released === null ? [] : [launchOf(name, midnight(released))]
      }),
    ],
  }
}

/** How long the volume of something new is taken as it comes: a week, with its weekend. */
export const LAUNCH = 7 * DAY

/** An event that began at `at`: what came before were trials. */
export function launchOf(event: string, at: Instant): KnownChange {
  return { kind: 'launch', from: 0, to: at + LAUNCH, events: new Set([event]), note: null }
}

/** A span of whole days, both ends included; without a year, of every year: `12-24`. */
interface Days {
  readonly from: string
  readonly to: string
  readonly name: string | null
}

type WrittenDays = Exclude<HolidayConfig, { readonly ical: string }>

function daysOf(project: Project, holiday: WrittenDays, index: number, problems: Problem[]): readonly Days[] {
  const path = ['volume', 'holidays', index]
  if (typeof holiday === 'string') return [{ from: holiday, to: holiday, name: null }]
  if ('date' in holiday) return [{ from: holiday.date, to: holiday.date, name: holiday.name ?? null }]
  const { from, to, name = null } = holiday
  if (from.length !== to.length) {
    problems.push(
      project.assay.problem([...path, 'to'], 'must have a year where "from" has one, and none where it has none'),
    )
    return []
  }
  if (from.length > 5 && to < from) {
    problems.push(project.assay.problem([...path, 'to'], `lies before "from" (${from}): swap them`))
    return []
  }
  return [{ from, to, name }]
}

/** What a calendar's file says; what of it was passed over is a warning. */
function ofCalendar(
  project: Project,
  file: string,
  path: readonly (string | number)[],
  problems: Problem[],
): VolumePlan['holidays'] {
  const calendar = project.calendars.get(file)
  if (calendar === undefined || calendar === null) {
    const message = `there is no file "${file}" that can be read: paths start in the project's folder`
    problems.push(project.assay.problem([...path, 'ical'], message))
    return []
  }
  const { holidays, skipped } = calendarHolidays(calendar, project.assay.value.timezone)
  for (const { line, why } of skipped.slice(0, 5)) {
    problems.push({ severity: 'warning', file, line, column: 1, message: why })
  }
  if (holidays.length === 0) {
    const message = `"${file}" has no event that could be read: nothing in it is a holiday`
    problems.push(project.assay.problem([...path, 'ical'], message))
  }
  return holidays.map(({ from, to, name }) => ({ from, to: Math.min(to, from + LONGEST_HOLIDAY), name }))
}

/** Over the turn of the year the end lies in the next one. */
function spansOf({ from, to, name }: Days, midnight: (date: string) => Instant): VolumePlan['holidays'] {
  const span = (start: string, end: string) => ({
    from: midnight(start),
    to: Math.min(midnight(dayAfter(end)), midnight(start) + LONGEST_HOLIDAY),
    name,
  })
  if (from.length > 5) return [span(from, to)]
  return YEARS.filter((year) => isCalendarDay(`${year}-${from}`)).map((year) =>
    span(`${year}-${from}`, `${to < from ? year + 1 : year}-${to}`),
  )
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + DAY).toISOString().slice(0, 10)
}

function knownChange(
  around: Around,
  { kind, from, to, event, table, domain, note }: KnownConfig,
  index: number,
  offsetAt: (at: Instant) => number,
  problems: Problem[],
): KnownChange | null {
  const { project, domains, events, tables } = around
  const say = (key: string, message: string) => {
    problems.push(project.assay.problem(['volume', 'known', index, key], message))
    return null
  }
  const [start, end] = [readTime(from, offsetAt), readTime(to, offsetAt)]
  if (end <= start) return say('to', `must lie after "from" (${from})`)
  const unknown = (what: string, written: string, names: Iterable<string>) => {
    const near = nearest(written, [...names])
    return `there is no ${what} "${written}"${near === null ? '' : `: did you mean "${near}"?`}`
  }
  const made = (about: ReadonlySet<string> | null): KnownChange => ({
    kind,
    from: start,
    to: end,
    events: about,
    note: note ?? null,
  })
  if (event !== undefined) {
    if (events.has(event)) return made(new Set([event]))
    return project.unread.events.all || project.unread.events.names.has(event)
      ? null
      : say('event', unknown('event', event, events.keys()))
  }
  if (table !== undefined) {
    const parts = readTableName(table)
    const name = parts === null ? table : writeTableName(parts)
    if (tables.has(name)) return made(new Set([name]))
    return project.unread.tables.all || project.unread.tables.names.has(table)
      ? null
      : say('table', unknown('table', table, tables.keys()))
  }
  if (domain === undefined) return made(null)
  if (domains.has(domain)) {
    const own = [...events.values(), ...tables.values()].filter((each) => each.domain === domain)
    return made(new Set(own.map(({ name }) => name)))
  }
  return project.unread.domains.names.has(domain) ? null : say('domain', unknown('domain', domain, domains.keys()))
}

function readTime(text: string, offsetAt: (at: Instant) => number): Instant {
  const whole = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')
  if (/(Z|[+-]\d\d:\d\d)$/.test(whole.slice(10))) return Date.parse(whole)
  return civilInstant(Date.parse(`${whole}Z`), offsetAt)
}
