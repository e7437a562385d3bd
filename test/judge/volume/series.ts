import type { VolumeAlarm } from '../../../src/judge/volume/alarm.ts'
import { type Fleet, type FleetSettings, volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { HOUR, type Instant } from '../../../src/model/time.ts'

/** Monday, 00:00 UTC. */
export const MONDAY: Instant = Date.UTC(2026, 0, 5)
export const UTC: FleetSettings = { timezone: 'UTC', falseAlarmsPerWeek: 1 }

/** Counts of one series by bucket; null: not observed. */
export interface Course {
  readonly name: string
  readonly counts: readonly (number | null)[]
  readonly totals?: readonly number[]
  readonly length?: number
  readonly from?: Instant
}

/** Noise that is the same on every machine: a small linear congruential generator, uniform in [0, 1). */
export function noise(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Hourly counts with a day and a weekend in them, and a few per cent of noise. */
export function weekly(weeks: number, level: number, seed = 1): number[] {
  const next = noise(seed)
  return Array.from({ length: weeks * 168 }, (_, hour) => {
    const weekend = Math.floor(hour / 24) % 7 >= 5 ? 0.7 : 1
    const mean = level * weekend * (1 + 0.5 * Math.sin((2 * Math.PI * ((hour % 24) - 8)) / 24))
    return Math.round(mean + Math.sqrt(mean) * 1.7 * (next() + next() + next() - 1.5) + mean * 0.05 * (next() - 0.5))
  })
}

/** Feeds courses side by side in the order of time. */
export function feed(fleet: Fleet, courses: readonly Course[]): VolumeAlarm[] {
  const buckets = courses.flatMap(({ name, counts, totals, length = HOUR, from = MONDAY }) =>
    counts.flatMap((count, place) =>
      count === null
        ? []
        : [{ name, bucket: { start: from + place * length, length, count, total: totals?.[place] ?? null } }],
    ),
  )
  buckets.sort((a, b) => a.bucket.start - b.bucket.start)
  return buckets.flatMap(({ name, bucket }) => fleet.push(name, bucket))
}

export function watch(courses: readonly Course[], settings: FleetSettings = UTC): VolumeAlarm[] {
  const fleet = volumeFleet(settings)
  return [...feed(fleet, courses), ...fleet.finish()]
}

/** When the alarms opened, in hours since the first Monday. */
export function openings(alarms: readonly VolumeAlarm[]): [string, string, number][] {
  return alarms
    .filter(({ closedAt }) => closedAt === null)
    .map(({ kind, direction, openedAt }) => [kind, direction, (openedAt - MONDAY) / HOUR])
}
