import { HOUR } from '../../../src/model/time.ts'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import type { Figure } from '../figure.ts'
import { healthy } from './faults.ts'
import { startOf, TIERS, ZONE } from './generator.ts'
import type { Track } from './contender.ts'

/** Traffic of so many events is enough: the fleets that are timed take theirs from these in turn. */
const DIFFERENT = 60
/** The best of these is the figure: what else the machine does only adds. */
const ROUNDS = 4

/** What a fleet costs once it has learnt. */
interface Cost {
  /** Milliseconds of processor time, the median of its last hours. */
  readonly hour: number
  /** A series' memory. */
  readonly bytes: number
}

/**
 * Microseconds an hourly update in a fleet of `usual` series, best of four rounds; milliseconds an hour of a fleet of `many`, which no cache holds, and
 * bytes a series of it. Wants `--expose-gc` for the last.
 */
export function costs(usual: number, many: number, weeks: number): Figure[] {
  const rounds = Array.from({ length: ROUNDS }, () => costOf(usual, weeks).hour)
  const large = costOf(many, weeks)
  return [
    figure(`update of an hour, ${named(usual)}`, (Math.min(...rounds) * 1_000) / usual, 2, 'µs', 5),
    figure(`update of an hour, ${named(many)}`, (large.hour * 1_000) / many, 2, 'µs', 5),
    figure('an hour of 10,000 series', (large.hour * 10_000) / many, 1, 'ms', 100),
    figure('memory a series', large.bytes, 0, 'bytes', 12_288),
  ]
}

function costOf(series: number, weeks: number): Cost {
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
  return { hour: late[50] ?? 0, bytes }
}

function named(series: number): string {
  return `${series.toLocaleString('en-US')} series`
}

function countAt(tracks: readonly Track[], index: number, hour: number): number {
  return tracks[index % tracks.length]?.counts[hour] ?? 0
}

function figure(name: string, value: number, digits: number, unit: string, goal: number): Figure {
  return {
    name: `volume: ${name}`,
    value: Number(value.toFixed(digits)),
    unit,
    reference: 'goal',
    reference_value: goal,
    ratio: Number((value / goal).toFixed(3)),
  }
}
