import type { Cause } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { StandingAlarm } from '../volume/reading.ts'
import type { Explanation } from './explain.ts'
import { explainVolume } from './volume.ts'
import { clockTime } from './words.ts'

/** One of several events whose volume moved together. */
export interface Mover {
  readonly event: string
  /** Open ones; none once its own are over. */
  readonly alarms: readonly StandingAlarm[]
  /** Its newest arrival, if that is too long ago for its freshness; left out or null: it isn't. */
  readonly silentSince?: Instant | null
}

/** What is around them: the node that they are explained at. */
export interface Node {
  readonly domain: string
  /** Events of the domain whose volume is watched. */
  readonly watched: number
}

/**
 * Explains events of one domain that moved together: at the platform where all that say where fell, else at the domain; the first
 * sentence says how much of each is missing.
 */
export function explainTogether(
  movers: readonly Mover[],
  { domain, watched }: Node,
  at: Instant,
  timezone: string,
): Explanation {
  const own = movers.map((mover) => ({ ...mover, ...explainVolume(mover.alarms, at, timezone) }))
  const platforms = own.flatMap(({ cause }) => (cause === null ? [] : [platformOf(cause)]))
  const [platform = null] = platforms
  const isOne = platform !== null && platforms.every((other) => other === platform)
  const causes = own.flatMap(({ cause }) => cause ?? [])
  const shareOfAll = causes.reduce((sum, cause) => sum + cause.shareOfAll, 0) / Math.max(1, causes.length)
  const cause: Cause | null = isOne
    ? { dimension: 'platform', value: platform, shareOfBad: 1, shareOfAll, lift: 1 / Math.max(shareOfAll, 1e-6) }
    : null
  const changes = own.map(({ event, alarms, silentSince = null }) => {
    const change = changeOf(alarms) ?? (silentSince === null ? null : silentWords(silentSince, at, timezone))
    return change === null ? event : `${event} ${change}`
  })
  const where = isOne ? ` on ${platform}` : ''
  const head = `${domain}${where}: ${movers.length} of ${watched} watched events moved together: ${changes.join(', ')}`
  return {
    cause,
    ranked: cause === null ? [] : [cause],
    words: [head, ...own.flatMap(({ event, words }) => words.slice(0, 2).map((sentence) => `${event}: ${sentence}`))],
  }
}

/** `silent since 14:02` */
function silentWords(since: Instant, at: Instant, timezone: string): string {
  return `silent since ${clockTime(since, at, timezone)}`
}

function platformOf({ dimension, value }: Cause): string | null {
  if (dimension === 'platform') return value
  return dimension === 'platform+app_version' ? (value.split('+')[0] ?? null) : null
}

/** By how much its total moved, or what of a platform's share did: `−52 %`. */
function changeOf(alarms: readonly StandingAlarm[]): string | null {
  const total =
    alarms.find(({ series }) => series.aspect === 'total') ?? alarms.find(({ series }) => series.aspect === 'domain')
  const found = total ?? alarms.find(({ alarm, series }) => series.aspect === 'platform' && alarm.direction === 'down')
  if (found === undefined || found.alarm.expected <= 0) return null
  const change = Math.round(100 * (found.alarm.observed / found.alarm.expected - 1))
  return `${change < 0 ? '−' : '+'}${Math.abs(change)} %${total === undefined ? ` of ${found.series.value}’s share` : ''}`
}
