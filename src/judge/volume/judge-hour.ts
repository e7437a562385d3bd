import { HOUR, type Instant } from '../../model/time.ts'
import type { VolumeAlarm } from './alarm.ts'
import type { Fleet } from './fleet.ts'
import type { StandingAlarm } from './reading.ts'
import { isRelative } from './relative.ts'
import type { StandingAlarms } from './standing-alarms.ts'
import {
  type EventHour,
  seriesName,
  streamKey,
  type WatchedBucket,
  type WatchedSeries,
  type WatchedStream,
} from './watched.ts'
import type { WatchedHour } from './watching.ts'

/** What judges a workspace's hours, one after the other. */
export interface HourJudge {
  readonly fleet: Fleet
  readonly standing: StandingAlarms
  /** Series by name: new ones are added. */
  readonly series: Map<string, WatchedSeries>
  readonly domainOf: (subject: string) => string | null
}

export interface JudgedHour {
  /** The alarms that are told of the hour, sorted by series. */
  readonly told: readonly StandingAlarm[]
  /** All that opened or closed. */
  readonly changes: readonly VolumeAlarm[]
}

/**
 * Judges an hour: first what each stream says by itself, then its shares of its domain, of which an hour is left out in which another
 * stream of the domain has an alarm: it would teach them what isn't ordinary. `unobserved`: keys of streams whose hour nobody observed.
 */
export function judgeHour(
  judge: HourJudge,
  hour: WatchedHour,
  events: readonly EventHour[],
  start: Instant,
  unobserved: ReadonlySet<string> = new Set(),
): JudgedHour {
  const { fleet, standing, series, domainOf } = judge
  standing.forgetNotices(start)
  const changes: VolumeAlarm[] = []
  const take = (some: readonly VolumeAlarm[]): void => {
    standing.note(some)
    changes.push(...some)
  }
  for (const { name } of hour.gone) {
    const closed = fleet.forget(name, start)
    if (closed !== null) take([closed])
    series.delete(name)
  }
  const push = (buckets: readonly WatchedBucket[]): void => {
    for (const { series: about, count, total } of buckets) {
      series.set(about.name, about)
      take(fleet.push(about.name, { start, length: HOUR, count, total }))
    }
    take(fleet.finish())
  }
  push(hour.buckets.filter((bucket) => !isRelative(bucket.series)))
  const moved = standing.moved(domainOf)
  push(hour.buckets.filter(({ series: about }) => isRelative(about) && !moved(about)))
  if (unobserved.size > 0) {
    for (const about of series.values()) if (unobserved.has(streamKey(about))) take(fleet.skip(about.name, start))
  }
  const received = new Map(events.map((each) => [streamKey(each), each.received]))
  const lacks = (stream: WatchedStream): boolean => {
    const band = fleet.band(seriesName(stream, 'total'))
    return band !== null && (received.get(streamKey(stream)) ?? band.expected) < band.expected
  }
  return { told: standing.told(start + HOUR, { domainOf, lacks }), changes }
}
