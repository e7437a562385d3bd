import { HOUR, type Instant } from '../../../src/model/time.ts'
import { assay } from './assay.ts'
import type { Episode, Track } from './contender.ts'
import { FAULTS, healthy, matches, type Trial, trial } from './faults.ts'
import { RATES, startOf, TIERS, WEEKS, ZONE } from './generator.ts'
import { NO_FAULT, type Tally } from './tally.ts'

/** A workspace of many series of all tiers and rates under one budget. */
export interface FleetJob {
  readonly series: number
  readonly falseAlarmsPerWeek: number
  readonly group: number
  readonly firstSeed: number
  /** With a fault in each series; else without any. */
  readonly faulty: boolean
}

/** Weeks in which a series is young; what comes after is counted by itself too. */
const YOUNG_WEEKS = 6

/** Half of the series are events, half are platforms' shares of them. */
export function runFleet(job: FleetJob): Tally[] {
  const start = startOf(job.group)
  const trials = Array.from({ length: job.series }, (_, index) => member(job, index, start))
  const settings = { zone: ZONE, falseAlarmsPerWeek: job.falseAlarmsPerWeek }
  const episodes = assay(
    trials.map(({ track }) => track),
    settings,
  )
  return job.faulty ? found(trials, episodes) : spent(trials, episodes, start)
}

interface Member extends Trial {
  readonly fault: string
  readonly direction: 'up' | 'down'
}

/** The faults of an old series that counts and platforms' shares can show. */
const OLD = FAULTS.filter(({ channel, after }) => channel !== 'fill' && after[0] > 1_000)

function member(job: FleetJob, index: number, start: Instant): Member {
  const tier = TIERS[index % 3] ?? 'normal'
  const rate = RATES[Math.floor(index / 3) % 5] ?? 500
  const kind = { tier, rate, seed: job.firstSeed + index }
  if (!job.faulty) {
    const track = healthy(index % 2 === 0 ? 'volume' : 'platform', kind, start)
    return { track, onset: 0, end: 0, expected: rate, fault: '', direction: 'down' }
  }
  const fault = OLD[Math.floor(index / 15) % OLD.length] ?? OLD[0]
  if (fault === undefined) throw new Error('there is no fault')
  return { ...trial(fault, kind, start), fault: fault.name, direction: fault.direction }
}

function found(trials: readonly Member[], episodes: readonly Episode[]): Tally[] {
  const bySeries = Map.groupBy(episodes, ({ series }) => series)
  return trials.map(({ track, onset, end, fault, direction, expected }) => {
    const hit = bySeries.get(track.name)?.find((episode) => matches(direction, episode, onset, end))
    const delays = hit === undefined ? [] : [(hit.openedAt - onset) / HOUR]
    return { fault: `fleet, ${fault}`, ...of(track, expected), n: 1, hits: delays.length, delays }
  })
}

function spent(trials: readonly Member[], episodes: readonly Episode[], start: Instant): Tally[] {
  const old = episodes.filter(({ openedAt }) => openedAt > start + YOUNG_WEEKS * 168 * HOUR).length
  const whole = { tier: 'all', rate: 0, contender: 'assay', delays: [] }
  return trials.length === 0
    ? []
    : [
        { fault: `fleet, ${NO_FAULT}`, ...whole, n: WEEKS, hits: episodes.length },
        { fault: `fleet, ${NO_FAULT}, after ${YOUNG_WEEKS} weeks`, ...whole, n: WEEKS - YOUNG_WEEKS, hits: old },
      ]
}

function of({ totals }: Track, expected: number) {
  return { tier: totals === null ? 'volume' : 'share', rate: expected, contender: 'assay' }
}
