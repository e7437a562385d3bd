import type { Instant } from '../../model/time.ts'
import type { VolumeAlarm } from './alarm.ts'
import type { Bucket } from './detector.ts'

/** What a fleet of series is watched with. */
export interface FleetSettings {
  /** IANA zone of local civil time. */
  readonly timezone: string
  /** Over all series together. */
  readonly falseAlarmsPerWeek: number
}

/** All the series of a workspace (or a file), judged as one: they share a budget and what is known about tails. */
export interface Fleet {
  /**
   * Takes one bucket. Buckets come in the order of their starts; those with the same start in any order. Answers alarms that opened
   * (`closedAt` null) or closed, all of instants before this bucket's.
   */
  readonly push: (series: string, bucket: Bucket) => readonly VolumeAlarm[]
  /** Judges what is still held back; alarms that stay open have been told when they opened. */
  readonly finish: () => readonly VolumeAlarm[]
}

/** A fleet that has seen nothing yet. */
export function volumeFleet(settings: FleetSettings): Fleet {
  const silent = new Map<string, { last: number; alarm: VolumeAlarm | null }>()
  let tick: Instant = Number.NEGATIVE_INFINITY
  let held: [string, Bucket][] = []

  function judge(): VolumeAlarm[] {
    const changes: VolumeAlarm[] = []
    for (const [series, bucket] of held.sort(([a], [b]) => (a < b ? -1 : 1))) {
      const known = silent.get(series) ?? { last: 0, alarm: null }
      const end = bucket.start + bucket.length
      if (bucket.count > 0 && known.alarm !== null) changes.push({ ...known.alarm, closedAt: end })
      const opens = bucket.count === 0 && known.last * settings.falseAlarmsPerWeek > 50 && known.alarm === null
      const opened: VolumeAlarm | null = opens
        ? {
            series,
            kind: 'outage',
            direction: 'down',
            openedAt: end,
            closedAt: null,
            observed: 0,
            expected: known.last,
            lower: known.last / 2,
            upper: known.last * 2,
          }
        : null
      if (opened !== null) changes.push(opened)
      silent.set(
        series,
        bucket.count > 0 ? { last: bucket.count, alarm: null } : { last: known.last, alarm: known.alarm ?? opened },
      )
    }
    held = []
    return changes
  }

  return {
    push: (series, bucket) => {
      const changes = bucket.start > tick ? judge() : []
      tick = Math.max(tick, bucket.start)
      held.push([series, bucket])
      return changes
    },
    finish: judge,
  }
}
