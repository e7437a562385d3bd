import { parse, validateDetailed } from 'node-cron'
import { z } from 'zod'
import { DAY, type Duration, HOUR, MINUTE, SECOND } from '../model/time.ts'

/** When something is done, as cron writes it. */
export interface Schedule {
  readonly cron: string
  /** The longest time between two runs; of a civil hour that summer time skips, one hour more. */
  readonly longestGap: Duration
}

/** A cron line of five fields, or six with seconds first. */
export const schedule = z.string().transform((text, context): Schedule => {
  const { valid, errors } = validateDetailed(text)
  if (valid) {
    const longestGap = longestGapOf(text)
    if (longestGap !== null) return { cron: text, longestGap }
  }
  const why = errors[0] === undefined ? 'no date ever fits it' : errors[0].message
  context.addIssue({ code: 'custom', message: `is no cron line (${why}): write for example "*/5 * * * *"` })
  return z.NEVER
})

/** Two years hold every pairing of weekday and date that tells, and a 29 February. */
const FROM = Date.UTC(2023, 6, 1)
const DAYS = 731

function longestGapOf(text: string): Duration | null {
  const fields = parse(text)
  const times = timesOfDay(fields)
  const [first] = times
  const last = times.at(-1)
  if (first === undefined || last === undefined) return null
  let longest = times.reduce((most, at, index) => Math.max(most, at - (times[index - 1] ?? at)), 0)
  let before: number | null = null
  for (let day = 0; day < DAYS; day += 1) {
    const start = FROM + day * DAY
    if (!isOn(fields, new Date(start))) continue
    if (before !== null) longest = Math.max(longest, start + first - before)
    before = start + last
  }
  if (before === null) return null
  return fields.hour.length === 24 ? longest : longest + HOUR
}

function timesOfDay({ hour, minute, second }: ReturnType<typeof parse>): Duration[] {
  const seconds = second.length === 0 ? [0] : second
  const all = hour.flatMap((hours) =>
    minute.flatMap((minutes) => seconds.map((rest) => hours * HOUR + minutes * MINUTE + rest * SECOND)),
  )
  return all.sort((a, b) => a - b)
}

/** node-cron asks for the date and the weekday both. `L`, `15W`, `1#2` fall once a month: taken as its first day. */
function isOn({ dayOfMonth, month, dayOfWeek }: ReturnType<typeof parse>, date: Date): boolean {
  const first = date.getUTCDate() === 1
  const onDate = dayOfMonth.some((day) => (typeof day === 'string' ? first : day === date.getUTCDate()))
  const onDay = dayOfWeek.some((day) => (typeof day === 'string' ? first : day % 7 === date.getUTCDay()))
  return month.includes(date.getUTCMonth() + 1) && onDate && onDay
}
