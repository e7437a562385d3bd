import { DAY, type Duration, type Instant } from '../../model/time.ts'
import type { StandingAlarm } from './reading.ts'
import type { WatchedSeries, WatchedStream } from './watched.ts'

/** What is known of a domain's streams beside their alarms. */
export interface Relatives {
  readonly domainOf: (subject: string) => string | null
  /** Whether fewer records than expected came in the newest hour. */
  readonly lacks: (stream: WatchedStream) => boolean
}

/** What is remembered of alarms to know which of the relative ones say something. Plain data. */
export interface RelativeState {
  /** Keys of alarms that were told, while they are open. */
  readonly told: Set<string>
  /** By domain and stream: the last hour in which its total had an alarm, and whether it was too many. */
  readonly disturbed: Map<string, { readonly domain: string; readonly stream: string; at: Instant; up: boolean }>
}

/** So long a share may still hold what a sibling did before that was known. */
const ECHO: Duration = 2 * DAY

export function emptyRelative(): RelativeState {
  return { told: new Set(), disturbed: new Map() }
}

/**
 * The alarms that say something by themselves, of the hour that ended at `at`. An event's share of its domain rises when others fall and
 * falls when others surge, and both echo when it is over: the others' totals tell that. So a share of the domain is told when it falls,
 * the event lacks records, and nothing else in the domain has moved of late. What was told stays so until it closes. Changes `state`.
 */
export function tellingAlarms(
  state: RelativeState,
  open: readonly StandingAlarm[],
  at: Instant,
  relatives: Relatives,
): readonly StandingAlarm[] {
  const domainKey = ({ event, source }: WatchedStream) => JSON.stringify([relatives.domainOf(event), source])
  for (const { alarm, series } of open) {
    if (series.aspect !== 'total' || alarm.kind === 'drift') continue
    const [domain, stream] = [domainKey(series), series.event]
    state.disturbed.set(`${domain}\n${stream}`, { domain, stream, at, up: alarm.direction === 'up' })
  }
  for (const [key, each] of state.disturbed) if (each.at <= at - ECHO) state.disturbed.delete(key)
  const told = open.filter((standing) => {
    const { alarm, series } = standing
    if (!isRelative(series)) return true
    if (alarm.kind === 'drift') return false
    if (state.told.has(standingKey(standing))) return true
    const domain = domainKey(series)
    const echoes = [...state.disturbed.values()].some(
      (each) => each.domain === domain && !(each.stream === series.event && each.at === at && !each.up),
    )
    return alarm.direction === 'down' && !echoes && relatives.lacks(series)
  })
  state.told.clear()
  for (const standing of told) state.told.add(standingKey(standing))
  return told
}

/** Shares of what the domain counts. */
export function isRelative(series: WatchedSeries | undefined): boolean {
  return series?.aspect === 'domain' || series?.aspect === 'family'
}

/** One alarm of one series. */
function standingKey({ alarm, series }: StandingAlarm): string {
  return `${series.name}\n${alarm.openedAt}`
}
