import type { SliKind } from '../../model/sli.ts'
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../model/time.ts'
import { html, type Html } from './html.ts'

/** Writes times in the workspace's zone. */
export interface Clock {
  readonly zone: string
  readonly now: Instant
  /** `14:03`, with the day where it isn't today's: `4 Oct 14:03`. */
  readonly text: (at: Instant) => string
  /** The same as a `<time>` with the exact instant. */
  readonly mark: (at: Instant) => Html
}

const formats = new Map<string, { day: Intl.DateTimeFormat; time: Intl.DateTimeFormat }>()

export function clockIn(zone: string, now: Instant): Clock {
  let format = formats.get(zone)
  if (format === undefined) {
    format = {
      day: new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' }),
      time: new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
    }
    formats.set(zone, format)
  }
  const { day, time } = format
  const today = day.format(now)
  const text = (at: Instant) => {
    const its = day.format(at)
    return its === today ? time.format(at) : `${its} ${time.format(at)}`
  }
  return {
    zone,
    now,
    text,
    mark: (at) => html`<time datetime="${new Date(at).toISOString()}">${text(at)}</time>`,
  }
}

const wholes = new Intl.NumberFormat('en-GB')

/** `12,480` */
export function count(value: number): string {
  return wholes.format(Math.round(value))
}

/** `1 event`, `3 events` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** `97.2 %`: as many digits as tell it from 0 and from 100; never 100 for what is less, nor 0 for what is more. */
export function percent(ratio: number): string {
  const value = ratio * 100
  for (const digits of [1, 2, 3, 4]) {
    const text = value.toFixed(digits)
    const isTold = (Number(text) !== 100 || value >= 100) && (Number(text) !== 0 || value <= 0)
    if (isTold) return `${text.replace(/\.?0+$/, '')} %`
  }
  return value < 50 ? '< 0.0001 %' : '> 99.9999 %'
}

/** `45 s`, `4 min`, `9 h`, `3 d`: rounded down, for what people say. */
export function span(duration: number): string {
  if (duration < MINUTE) return `${Math.max(0, Math.floor(duration / SECOND))} s`
  if (duration < 2 * HOUR) return `${Math.floor(duration / MINUTE)} min`
  if (duration < 2 * DAY) return `${Math.floor(duration / HOUR)} h`
  return `${Math.floor(duration / DAY)} d`
}

/** `a`, `a and b`, `a, b and c` */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Words with `code` marked by backticks, as explanations are written. */
export function prose(text: string): Html {
  return html`${text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What is divided by what, in words: shown where a number is. */
export const FORMULAS: Readonly<Record<SliKind, string>> = {
  validity: 'records without violation of all decodable records',
  completeness: 'records with every watched property filled of all decodable records',
  freshness: 'minutes at whose end the newest record is young enough, of all observed minutes',
  uniqueness: 'records that are no duplicates of all with an id',
  timeliness: 'records that arrived in time of all with an event time',
  volume: 'hours without a volume alarm of all hours judged',
  landing: 'sampled records found in their table of all due',
  lag: 'minutes with little enough lag of all observed minutes',
}
