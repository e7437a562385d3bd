import type { Cause } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { StandingAlarm } from '../volume/reading.ts'
import type { Explanation } from './explain.ts'
import { clockTime } from './words.ts'

/** What an event's open volume alarms say: the part that lost (or won) most is the cause, the rest is evidence. */
export function explainVolume(alarms: readonly StandingAlarm[], at: Instant, timezone: string): Explanation {
  const parts = alarms.flatMap((open) => causeOf(open) ?? []).sort((a, b) => b.shareOfAll - a.shareOfAll)
  const cause = parts[0] ?? null
  const words = [...alarms]
    .sort((a, b) => rank(a) - rank(b) || (a.series.name < b.series.name ? -1 : 1))
    .map((open) => sentence(open, at, timezone))
  return { cause, ranked: parts, words }
}

/** A platform whose share fell: what is missing is missing there. Others' shares rise because of it. */
function causeOf({ alarm, series }: StandingAlarm): Cause | null {
  if (series.aspect !== 'platform' || alarm.direction !== 'down' || alarm.expected <= 0) return null
  const value = series.value ?? 'unknown'
  return { dimension: 'platform', value, shareOfBad: 1, shareOfAll: alarm.expected, lift: 1 / alarm.expected }
}

/** A platform that is gone says more than the whole that is less by it. */
function rank({ alarm, series }: StandingAlarm): number {
  if (series.aspect === 'platform') return alarm.direction === 'down' ? 0 : 3
  return series.aspect === 'total' ? 1 : 2
}

function sentence({ alarm, series }: StandingAlarm, at: Instant, timezone: string): string {
  const since = `since ${clockTime(alarm.openedAt, at, timezone)}`
  if (alarm.kind === 'outage') return `nothing came where ${amount(alarm.expected)} were expected, ${since}`
  const show = series.aspect === 'total' ? amount : percent
  const band = `${show(alarm.expected)} expected, ${show(alarm.lower)} to ${show(alarm.upper)} ordinary`
  const name = { total: 'records', platform: `${series.value}’s share`, duplicates: 'the share of duplicates' }
  const what =
    series.aspect in name ? name[series.aspect as keyof typeof name] : `the share of ${series.aspect} records`
  return `${what}: ${show(alarm.observed)} (${band}), ${since}`
}

function amount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function percent(value: number): string {
  return `${Number((100 * value).toFixed(1))} %`
}
