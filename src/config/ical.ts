/** A span of whole days, both ends included; without a year, of every year: `12-24`. */
export interface Days {
  readonly from: string
  readonly to: string
  readonly name: string | null
}

/** What an iCalendar says of days, and what of it was passed over. */
export interface CalendarDays {
  readonly days: readonly Days[]
  /** By line, from 1. */
  readonly skipped: readonly { readonly line: number; readonly why: string }[]
}

/**
 * The all-day events of an iCalendar file (RFC 5545), as public holiday calendars have them: once, or every year on the same day.
 * Events with a time of day and other recurrences are passed over, and said. Never throws.
 */
export function calendarDays(text: string): CalendarDays {
  const days: Days[] = []
  const skipped: { line: number; why: string }[] = []
  let event: { line: number; properties: Map<string, string> } | null = null
  for (const { line, content } of unfolded(text)) {
    const colon = content.indexOf(':')
    const [key = ''] = content.slice(0, colon).toUpperCase().split(';')
    const value = content.slice(colon + 1).trim()
    if (key === 'BEGIN' && value === 'VEVENT') event = { line, properties: new Map() }
    else if (key === 'END' && value === 'VEVENT' && event !== null) {
      const read = daysOf(event.properties)
      if (typeof read === 'string') skipped.push({ line: event.line, why: read })
      else days.push(read)
      event = null
    } else if (event !== null && colon > 0 && !event.properties.has(key)) event.properties.set(key, value)
  }
  return { days, skipped }
}

function daysOf(properties: ReadonlyMap<string, string>): Days | string {
  const start = dateOf(properties.get('DTSTART') ?? '')
  if (start === null) return 'the event has a time of day, or no date: only whole days are holidays'
  const rule = properties.get('RRULE') ?? ''
  const parts = rule.toUpperCase().split(';')
  // BYMONTH and BYMONTHDAY only repeat what the date says.
  const yearly =
    parts.includes('FREQ=YEARLY') &&
    parts.every((part) => /^(FREQ=YEARLY|INTERVAL=1|WKST=..|BYMONTH=\d+|BYMONTHDAY=\d+)$/.test(part))
  if (rule !== '' && !yearly)
    return `the event recurs by "${rule.slice(0, 60)}": only every year on the same day is read`
  const after = dateOf(properties.get('DTEND') ?? '')
  // The end is the day after the last.
  const end = after === null || after <= start ? start : dayBefore(after)
  const name = properties.get('SUMMARY')?.replaceAll(/\\([,;\\])/g, '$1') ?? null
  return yearly ? { from: start.slice(5), to: end.slice(5), name } : { from: start, to: end, name }
}

function dateOf(value: string): string | null {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(value) ?? []
  if (year === undefined) return null
  const date = `${year}-${month}-${day}`
  const at = Date.parse(`${date}T00:00:00Z`)
  // The 30th of February would be read as the 2nd of March.
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(date) ? date : null
}

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
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
