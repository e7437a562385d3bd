import type { Cause } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { StandingAlarm } from '../volume/reading.ts'
import { OTHERS } from '../volume/watched.ts'
import type { Explanation } from './explain.ts'
import { clockTime } from './words.ts'

/** What an event's open volume alarms say: the part that lost (or won) most is the cause, the rest is evidence. */
export function explainVolume(alarms: readonly StandingAlarm[], at: Instant, timezone: string): Explanation {
  const parts = causesOf(alarms)
  const cause = parts[0] ?? null
  const words = [...alarms]
    .sort((a, b) => rank(a, cause) - rank(b, cause) || (a.series.name < b.series.name ? -1 : 1))
    .map((open) => sentence(open, at, timezone))
  return { cause, ranked: parts, words }
}

/** Platforms before families, unless one platform's family alone is the culprit. Where every part of the event fell, none is its cause. */
function causesOf(alarms: readonly StandingAlarm[]): readonly Cause[] {
  const isLess = alarms.some(
    ({ alarm, series }) => alarm.kind === 'outage' || (series.aspect === 'domain' && alarm.direction === 'down'),
  )
  const found = alarms.flatMap((open) => causeOf(open) ?? []).sort((a, b) => b.shareOfAll - a.shareOfAll)
  const platforms = found.filter(({ dimension }) => dimension === 'platform')
  const families = found.filter(({ dimension }) => dimension !== 'platform')
  const [platform] = platforms
  if (platform === undefined) return isLess && families.length > 1 ? [] : families
  const within = families.filter(({ value }) => value.startsWith(`${platform.value}+`))
  // One of a platform's families alone: the platform fell because of it.
  return within.length === 1 && families.length === 1 ? [...within, ...platforms] : platforms
}

/** A platform whose share fell: what is missing is missing there. Others' shares rise because of it. A family of versions says it more closely. */
function causeOf({ alarm, series }: StandingAlarm): Cause | null {
  const { aspect, value } = series
  if (alarm.direction !== 'down' || alarm.expected <= 0 || value === null || value === OTHERS) return null
  if (aspect !== 'platform' && aspect !== 'family') return null
  const dimension = aspect === 'platform' ? aspect : value.includes('+') ? 'platform+app_version' : 'app_version'
  return { dimension, value, shareOfBad: 1, shareOfAll: alarm.expected, lift: 1 / alarm.expected }
}

/** A part that is gone says more than the whole that is less by it, if it is the cause. */
function rank({ alarm, series }: StandingAlarm, cause: Cause | null): number {
  const isPart = series.aspect === 'platform' || series.aspect === 'family'
  if (isPart) return alarm.direction === 'down' ? (cause === null ? 3 : 0) : 5
  return series.aspect === 'total' ? 1 : series.aspect === 'domain' ? 2 : 4
}

function sentence({ alarm, series }: StandingAlarm, at: Instant, timezone: string): string {
  const since = `since ${clockTime(alarm.openedAt, at, timezone)}`
  if (alarm.kind === 'outage') return `nothing came where ${amount(alarm.expected)} were expected, ${since}`
  const show = series.aspect === 'total' ? amount : percent
  const band = `${show(alarm.expected)} expected, ${show(alarm.lower)} to ${show(alarm.upper)} ordinary`
  return `${what(series)}: ${show(alarm.observed)} (${band}), ${since}`
}

function what({ event, aspect, value }: StandingAlarm['series']): string {
  switch (aspect) {
    case 'total':
      return 'records'
    case 'platform':
      return `${value === OTHERS ? 'other platforms' : value}’s share`
    case 'family':
      return `the share of ${event} in what ${value === OTHERS ? 'other app versions' : value?.replace('+', ' ')} sends of its domain`
    case 'domain':
      return `its share of the domain ${value}`
    case 'property':
      return `the share of records without ${value}`
    case 'duplicates':
      return 'the share of duplicates'
    case 'invalid':
    case 'incomplete':
      return `the share of ${aspect} records`
  }
}

function amount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function percent(value: number): string {
  return `${Number((100 * value).toFixed(1))} %`
}
