import type { Duration, Instant } from '../../model/time.ts'
import { DAY, HOUR } from '../../model/time.ts'
import type { VolumeAlarm } from './alarm.ts'
import type { Aspect, WatchedSeries } from './watched.ts'

/** So long a detector learns before an event's hours count as good ones: a week has a weekend in it. */
export const LEARNING: Duration = 7 * DAY

/** An alarm that is open, and what its series is about. */
export interface StandingAlarm {
  readonly alarm: VolumeAlarm
  readonly series: WatchedSeries
}

/** What the detector made of one event's hour. */
export interface VolumeReading {
  /** End of the hour. */
  readonly end: Instant
  /** The hour was observed, and the season is known (or something alarmed all the same): it counts. */
  readonly counts: boolean
  /** Sorted by series. */
  readonly alarms: readonly StandingAlarm[]
}

/** What records that didn't come change. */
const ARRIVALS: ReadonlySet<Aspect> = new Set(['total', 'platform', 'family', 'domain'])

/** Whether an alarm is about how many records came and from where, not about what is wrong with them. */
export function isOfArrivals({ series }: StandingAlarm): boolean {
  return ARRIVALS.has(series.aspect)
}

/** Whether less came of what is bad: unusual, and nothing that anybody need be told. */
export function isRelief(standing: StandingAlarm): boolean {
  return standing.alarm.direction === 'down' && !isOfArrivals(standing)
}

/**
 * What an hour's alarms call for: a drift is no emergency, and for records that came but are bad other SLOs page.
 * Those that were open when the event's last incident resolved, at `clippedAt`, were part of that, as were bad records of the hour in which it did.
 */
export function firingOf({ alarms }: VolumeReading, clippedAt: Instant | null = null): 'page' | 'ticket' | null {
  const isFresh = ({ alarm, series }: StandingAlarm): boolean =>
    clippedAt === null || alarm.openedAt - (ARRIVALS.has(series.aspect) ? 0 : HOUR) >= clippedAt
  const fresh = alarms.filter(isFresh)
  if (fresh.length === 0) return null
  return fresh.some((standing) => callsFor(standing) === 'page') ? 'page' : 'ticket'
}

/** What one alarm calls for. */
export function callsFor(standing: StandingAlarm): 'page' | 'ticket' {
  return standing.alarm.kind !== 'drift' && isOfArrivals(standing) ? 'page' : 'ticket'
}
