/** Civil time as if it were UTC, in ms. `zone`: an IANA name; null: the workspace's. */
export interface CivilTime {
  readonly local: number
  readonly zone: string | null
}

/** An event of a calendar, as it is written: recurrences aren't spelled out. */
export interface CalendarEvent {
  readonly line: number
  readonly name: string | null
  /** Of whole days, in the workspace's zone. */
  readonly isAllDay: boolean
  readonly start: CivilTime
  /** Exclusive. */
  readonly end: CivilTime
  /** The value of its RRULE, in upper case. */
  readonly rule: string | null
  /** Starts that are left out of its recurrence, and such as are added to it. */
  readonly excluded: readonly CivilTime[]
  readonly added: readonly CivilTime[]
}

/** What an iCalendar says, and what of it was passed over. */
export interface Calendar {
  readonly events: readonly CalendarEvent[]
  /** By line, from 1. */
  readonly skipped: readonly { readonly line: number; readonly why: string }[]
}

interface Property {
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

interface Component {
  readonly line: number
  readonly properties: Map<string, Property[]>
}

const DAY = 86_400_000

/**
 * The events of an iCalendar file (RFC 5545): whole days or with a time of day (in UTC, in an IANA zone, or floating), with DTEND or DURATION,
 * RRULE, EXDATE, RDATE, and occurrences that were moved (RECURRENCE-ID). Zones that the file defines itself aren't read, only their names;
 * cancelled events are none. What can't be read is passed over, and said. Never throws.
 */
export function readCalendar(text: string): Calendar {
  const skipped: { line: number; why: string }[] = []
  const read: { event: CalendarEvent; uid: string | null; replaces: CivilTime | null }[] = []
  for (const component of eventsIn(text)) {
    const event = eventOf(component)
    const moved = component.properties.get('RECURRENCE-ID')?.[0]
    const replaces = moved === undefined ? null : timeOf(moved)
    const uid = component.properties.get('UID')?.[0]?.value ?? null
    if (typeof event === 'string') skipped.push({ line: component.line, why: event })
    else if (event !== null) read.push({ event: { ...event, line: component.line }, uid, replaces })
    else if (replaces !== null) read.push({ event: { ...NO_EVENT, line: component.line }, uid, replaces })
  }
  const events = read.flatMap(({ event, uid, replaces }) => {
    if (event.end.local === event.start.local) return []
    if (replaces !== null || uid === null) return [event]
    const elsewhere = read.flatMap((other) => (other.uid === uid && other.replaces !== null ? [other.replaces] : []))
    return [{ ...event, excluded: [...event.excluded, ...elsewhere] }]
  })
  return { events, skipped }
}

const NEVER: CivilTime = { local: 0, zone: null }
/** A cancelled occurrence: it only takes the place of one. */
const NO_EVENT = { name: null, isAllDay: true, start: NEVER, end: NEVER, rule: null, excluded: [], added: [] }

/** Null: it is cancelled. A text: why it can't be read. */
function eventOf({ properties }: Component): CalendarEvent | string | null {
  const only = (key: string) => properties.get(key)?.[0]
  if (only('STATUS')?.value.toUpperCase() === 'CANCELLED') return null
  const first = only('DTSTART')
  const start = first === undefined ? null : timeOf(first)
  if (first === undefined || start === null) return noTime(first, 'DTSTART')
  const isAllDay = isDate(first.value)
  const last = only('DTEND')
  const duration = only('DURATION')
  let end: CivilTime | null = isAllDay ? { ...start, local: start.local + DAY } : null
  if (last !== undefined) end = timeOf(last)
  else if (duration !== undefined) {
    const length = durationOf(duration.value)
    end = length === null ? null : { ...start, local: start.local + length }
  }
  if (end === null && last === undefined && duration === undefined)
    return 'the event has a time of day, but neither DTEND nor DURATION: how long it lasts isn’t known'
  if (end === null) return last === undefined ? `its DURATION is no length of time` : noTime(last, 'DTEND')
  if (isAllDay && end.local <= start.local) end = { ...start, local: start.local + DAY }
  const others = (key: string) =>
    (properties.get(key) ?? []).flatMap(({ value, parameters }) =>
      value.split(',').map((one) => timeOf({ value: one.trim(), parameters })),
    )
  const [excluded, added] = [others('EXDATE'), others('RDATE')]
  if (excluded.includes(null)) return 'one of its EXDATE is no date or time in a known zone'
  if (added.includes(null)) return 'one of its RDATE is no date or time in a known zone: periods aren’t read'
  return {
    line: 0,
    name:
      only('SUMMARY')
        ?.value.replaceAll(/\\n/gi, ' ')
        .replaceAll(/\\([,;\\])/g, '$1') ?? null,
    isAllDay,
    start,
    end,
    rule: only('RRULE')?.value.toUpperCase() ?? null,
    excluded: excluded.flatMap((each) => each ?? []),
    added: added.flatMap((each) => each ?? []),
  }
}

function noTime(property: Property | undefined, key: string): string {
  const zone = property?.parameters.get('TZID') ?? null
  if (zone !== null && zoneOf(zone) === null)
    return `the zone "${zone.slice(0, 60)}" of its ${key} is no IANA name, such as Europe/Berlin`
  return `its ${key} is no date and no time`
}

function isDate(value: string): boolean {
  return /^\d{8}$/.test(value)
}

/** Null: no time, or in a zone that isn't known. */
function timeOf({ value, parameters }: Property): CivilTime | null {
  const [, year = '', month = '', day = '', clock, hour = '0', minute = '0', second = '0', isUtc] =
    /^(\d{4})(\d\d)(\d\d)(T(\d\d)(\d\d)(\d\d)(Z?))?$/i.exec(value) ?? []
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  // The 30th of February would be read as the 2nd of March.
  const isReal = year !== '' && new Date(local).getUTCDate() === Number(day) && Number(month) <= 12 && Number(hour) < 24
  if (!isReal) return null
  if (clock === undefined) return { local, zone: null }
  if (isUtc === 'Z' || isUtc === 'z') return { local, zone: 'UTC' }
  const written = parameters.get('TZID')
  if (written === undefined) return { local, zone: null }
  const zone = zoneOf(written)
  return zone === null ? null : { local, zone }
}

function zoneOf(name: string): string | null {
  try {
    // Some write a path before the name.
    const zone = name.replace(/^\/.*?\/(?=[A-Z])/, '')
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

/** In ms; null: none, or a negative one. */
function durationOf(value: string): number | null {
  const parts = /^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(value)
  if (parts === null) return null
  const [, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.map((part) => Number(part ?? 0))
  const length = (weeks * 7 + days) * DAY + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000
  return length > 0 ? length : null
}

/** Each VEVENT with its own properties, not those of the alarms in it. */
function eventsIn(text: string): readonly Component[] {
  const found: Component[] = []
  let event: Component | null = null
  let inner = 0
  for (const { line, content } of unfolded(text)) {
    const [, key = '', written = '', value = ''] =
      /^([\w-]+)((?:;[\w-]+=(?:"[^"]*"|[^";:]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/.exec(content) ?? []
    const name = key.toUpperCase()
    if (name === 'BEGIN') {
      if (event !== null) inner += 1
      else if (value.trim().toUpperCase() === 'VEVENT') event = { line, properties: new Map() }
    } else if (name === 'END') {
      if (inner > 0) inner -= 1
      else if (event !== null) {
        found.push(event)
        event = null
      }
    } else if (event !== null && inner === 0 && name !== '') {
      const parameters = new Map(
        [...written.matchAll(/;([\w-]+)=("[^"]*"|[^;]*)/g)].map(([, parameter = '', given = '']) => {
          return [parameter.toUpperCase(), given.replaceAll('"', '')] as const
        }),
      )
      const before = event.properties.get(name) ?? []
      event.properties.set(name, [...before, { value: value.trim(), parameters }])
    }
  }
  return found
}

/** Long lines go on in the next one, after a space. */
function unfolded(text: string): { line: number; content: string }[] {
  const lines: { line: number; content: string }[] = []
  for (const [index, content] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const last = lines.at(-1)
    if (/^[ \t]/.test(content) && last !== undefined) last.content += content.slice(1)
    else lines.push({ line: index + 1, content })
  }
  return lines
}
