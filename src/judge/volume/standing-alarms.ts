import type { Instant } from '../../model/time.ts'
import type { VolumeAlarm } from './alarm.ts'
import { isRelief, type StandingAlarm } from './reading.ts'
import { emptyRelative, type Relatives, type RelativeState, tellingAlarms } from './relative.ts'
import type { WatchedSeries, WatchedStream } from './watched.ts'

/** The alarms that are open over a fleet, and which of them are told. */
export interface StandingAlarms {
  readonly note: (changes: readonly VolumeAlarm[]) => void
  /** Whether another stream of a stream's domain has an alarm of its total. */
  readonly moved: (domainOf: Relatives['domainOf']) => (stream: WatchedStream) => boolean
  /** Those that are told of the hour that ended at `at`, sorted by series. */
  readonly told: (at: Instant, relatives: Relatives) => readonly StandingAlarm[]
  /** A drift is told once: it stands for the hour in which it was noticed, which ended by `at`. */
  readonly forgetNotices: (at: Instant) => void
  /** The state itself, no copy. */
  readonly save: () => SavedAlarms
}

/** Plain data. */
export interface SavedAlarms {
  readonly open: Map<string, VolumeAlarm>
  readonly relative: RelativeState
}

/** Goes on in the state that it is given. `seriesOf`: what a series is about. */
export function standingAlarms(
  seriesOf: (name: string) => WatchedSeries | undefined,
  saved: SavedAlarms = { open: new Map(), relative: emptyRelative() },
): StandingAlarms {
  const { open, relative } = saved
  return {
    note: (changes) => {
      for (const alarm of changes) {
        const key = JSON.stringify([alarm.series, alarm.kind])
        if (alarm.closedAt === null) open.set(key, alarm)
        else if (alarm.kind !== 'drift') open.delete(key)
      }
    },
    moved: (domainOf) => {
      const totals = [...open.values()].flatMap(({ series: name, kind }) => {
        const series = seriesOf(name)
        return series?.aspect === 'total' && kind !== 'drift' ? [series] : []
      })
      return ({ event, source }) =>
        totals.some(
          (other) => other.event !== event && other.source === source && domainOf(other.event) === domainOf(event),
        )
    },
    told: (at, relatives) => {
      const all = [...open.values()]
        .flatMap((alarm): StandingAlarm[] => {
          const series = seriesOf(alarm.series)
          return series === undefined ? [] : [{ alarm, series }]
        })
        .filter((standing) => !isRelief(standing))
        .sort((a, b) => (a.series.name < b.series.name ? -1 : 1))
      return tellingAlarms(relative, all, at, relatives)
    },
    forgetNotices: (at) => {
      for (const [key, { kind, openedAt }] of open) if (kind === 'drift' && openedAt <= at) open.delete(key)
    },
    save: () => saved,
  }
}
