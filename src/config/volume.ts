import { z } from 'zod'
import { isCalendarDay } from '../model/time.ts'
import { name, text } from './name.ts'

const DATE = /^(?:\d{4}-)?\d\d-\d\d$/
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/** A day of the workspace's zone; without a year, that of every year. */
const date = z
  .string({ error: 'must be a date such as 2026-12-25, or 12-25 for every year' })
  .refine((value) => DATE.test(value) && isDate(value), {
    error: 'must be a date such as 2026-12-25, or 12-25 for every year',
  })
/** With an offset or `Z`, that instant; without, civil time of the workspace's zone; a date alone is its midnight. */
const civilOrInstant = z
  .string({ error: 'must be a time such as 2026-11-03T10:00, in the workspace’s zone unless an offset follows' })
  .refine((value) => TIME.test(value) && isDate(value.slice(0, 10)) && isTime(value), {
    error: 'must be a time such as 2026-11-03T10:00, in the workspace’s zone unless an offset follows',
  })

const holidayConfig = z.union(
  [
    date,
    z.strictObject({ date, name: text.optional() }),
    z.strictObject({ from: date, to: date, name: text.optional() }),
    z.strictObject({ ical: text }),
  ],
  {
    error:
      'must be a date, { date: 2026-12-25, name: NAME }, { from: 2026-12-24, to: 2026-12-26 } or { ical: holidays.ics }',
  },
)
export type HolidayConfig = z.infer<typeof holidayConfig>

const knownConfig = z
  .strictObject({
    kind: z.enum(['incident', 'backfill', 'launch', 'accept']),
    from: civilOrInstant,
    to: civilOrInstant,
    event: text.optional(),
    table: text.optional(),
    domain: name.optional(),
    note: z.string().optional(),
  })
  .refine(({ event, table, domain }) => [event, table, domain].filter((one) => one !== undefined).length <= 1, {
    path: ['event'],
    error: 'stands beside another: name an event, a table or a domain, or none of them for all',
  })
export type KnownConfig = z.infer<typeof knownConfig>

/** In a contract: the day from which it is sent in earnest. Its volume isn't judged before, nor in the week that follows. */
export const released = z
  .string({ error: 'must be a date such as 2026-11-20' })
  .refine((value) => /^\d{4}-\d\d-\d\d$/.test(value) && isDate(value), { error: 'must be a date such as 2026-11-20' })

/** `volume:` in `assay.yaml`. */
export const volumeConfig = z
  .strictObject({
    false_alarms_per_week: z.number().min(0.001, { error: 'must be above 0, such as 1 or 0.25' }).max(1_000).default(1),
    /** Days that are like no others, though not like each other's weekday. */
    holidays: z.array(holidayConfig).default([]),
    /** What people know and counts don't tell. */
    known: z.array(knownConfig).default([]),
  })
  .prefault({})

/** Whether its hours, minutes and offset are any: `25:00` looks like a time. */
function isTime(text: string): boolean {
  return Number.isFinite(Date.parse(text.replace(' ', 'T')))
}

/** Without a year, 29 February is a date. */
function isDate(text: string): boolean {
  return isCalendarDay(text.length === 5 ? `2028-${text}` : text)
}
