import type { Instant } from '../../../src/model/time.ts'
import type { VolumeAlarm } from '../../../src/judge/volume/alarm.ts'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import type { Episode, Track, Watching } from './contender.ts'

/** Assay's own detector: the tracks are one fleet, and have the budget between them. */
export function assay(tracks: readonly Track[], { zone, ...settings }: Watching): Episode[] {
  const fleet = volumeFleet({ timezone: zone, ...settings })
  const alarms: VolumeAlarm[] = []
  for (const at of starts(tracks)) {
    for (const { name, start, bucket, counts, totals } of tracks) {
      const index = (at - start) / bucket
      const count = counts[index]
      if (count === undefined) continue
      alarms.push(...fleet.push(name, { start: at, length: bucket, count, total: totals?.[index] ?? null }))
    }
  }
  alarms.push(...fleet.finish())
  // Each is told again when it closes.
  return alarms.filter(({ closedAt }) => closedAt === null)
}

function* starts(tracks: readonly Track[]): Generator<Instant> {
  const bucket = tracks[0]?.bucket ?? 1
  const first = tracks.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY)
  const end = tracks.reduce((most, { start, counts }) => Math.max(most, start + counts.length * bucket), 0)
  for (let at = first; at < end; at += bucket) yield at
}
