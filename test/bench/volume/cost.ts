import { HOUR } from '../../../src/model/time.ts'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import type { Figure } from '../figure.ts'
import { healthy } from './faults.ts'
import { startOf, TIERS, ZONE } from './generator.ts'
import type { Track } from './contender.ts'

/** Traffic of so many events is enough: the fleets that are timed take theirs from these in turn. */
const DIFFERENT = 60

/** Microseconds an hourly update, milliseconds an hour of a fleet, bytes a series. Wants `--expose-gc` for the last. */
export function costs(series: number, weeks: number): Figure[] {
  const start = startOf(1)
  const tracks = Array.from({ length: DIFFERENT }, (_, index) =>
    healthy('volume', { tier: TIERS[index % 3] ?? 'normal', rate: 500, seed: 900_000 + index, weeks }, start),
  )
  const names = Array.from({ length: series }, (_, index) => `series-${index}`)
  globalThis.gc?.()
  const before = process.memoryUsage()
  const fleet = volumeFleet({ timezone: ZONE, falseAlarmsPerWeek: 1 })
  const hours: number[] = []
  for (let hour = 0; hour < weeks * 168; hour++) {
    const began = process.cpuUsage()
    names.forEach((name, index) => {
      fleet.push(name, { start: start + hour * HOUR, length: HOUR, count: countAt(tracks, index, hour), total: null })
    })
    // Of the processor, collecting garbage included: what else the machine does makes it no dearer.
    const { user, system } = process.cpuUsage(began)
    hours.push((user + system) / 1_000)
  }
  globalThis.gc?.()
  const after = process.memoryUsage()
  const bytes = (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / series
  fleet.finish()
  const late = hours.slice(-100).toSorted((a, b) => a - b)
  const hour = late[50] ?? 0
  const goal = { reference: 'goal' }
  return [
    {
      name: 'volume: update of an hour',
      ...rounded((hour * 1_000) / series, 2),
      unit: 'µs',
      ...goal,
      ...held((hour * 1_000) / series, 5),
    },
    {
      name: 'volume: an hour of 10,000 series',
      ...rounded((hour * 10_000) / series, 1),
      unit: 'ms',
      ...goal,
      ...held((hour * 10_000) / series, 100),
    },
    { name: 'volume: memory a series', ...rounded(bytes, 0), unit: 'bytes', ...goal, ...held(bytes, 12_288) },
  ]
}

function countAt(tracks: readonly Track[], index: number, hour: number): number {
  return tracks[index % tracks.length]?.counts[hour] ?? 0
}

function rounded(value: number, digits: number): { readonly value: number } {
  return { value: Number(value.toFixed(digits)) }
}

function held(value: number, goal: number) {
  return { reference_value: goal, ratio: Number((value / goal).toFixed(3)) }
}
