import { HOUR } from '../../../src/model/time.ts'
import { assay } from './assay.ts'
import { SHARE_OF_BUDGET } from './cell.ts'
import { CHARACTERS, trackOf } from './characters.ts'
import type { Episode, Track } from './contender.ts'
import { drawsOf } from './draws.ts'
import { NO_FAULT, type Tally } from './tally.ts'

/** Series of a character that the detector wasn't made for. */
export interface OddTraffic {
  readonly character: string
  readonly seeds: readonly number[]
}

const FAULTS = [
  { name: 'outage', left: 0, hours: 6 },
  { name: '-50 % for 6 h', left: 0.5, hours: 6 },
  { name: '-20 % for 48 h', left: 0.8, hours: 48 },
  { name: '3x spike for 2 h', left: 3, hours: 2 },
] as const

/** False alarms without a fault, and recall in weeks 15 to 18. */
export function runOddTraffic({ character: name, seeds }: OddTraffic): Tally[] {
  const character = CHARACTERS.find((each) => each.name === name)
  if (character === undefined) throw new Error(`there is no traffic called ${name}`)
  const tallied = (fault: string, n: number, hits: number): Tally => {
    return { fault: `odd, ${fault}`, tier: name, rate: 0, contender: 'assay', n, hits, delays: [] }
  }
  const healthy = seeds.map((seed) => trackOf(character, seed))
  const weeks = healthy.reduce((sum, { counts, bucket }) => sum + (counts.length * bucket) / (168 * HOUR), 0)
  const found = FAULTS.map(({ name: fault, left, hours }) => {
    const trials = seeds.map((seed) => {
      const onset = 14 * 168 + drawsOf(seed * 13 + hours).below(3 * 168)
      return { track: trackOf(character, seed, { onset, hours, left }), onset: onset * HOUR }
    })
    const episodes = Map.groupBy(watched(trials.map(({ track }) => track)), ({ series }) => series)
    const hits = trials.filter(({ track, onset }) =>
      episodes
        .get(track.name)
        ?.some(({ direction, openedAt }) => direction === (left > 1 ? 'up' : 'down') && openedAt > track.start + onset),
    )
    return tallied(fault, trials.length, hits.length)
  })
  return [tallied(NO_FAULT, weeks, watched(healthy).length), ...found]
}

function watched(tracks: readonly Track[]): Episode[] {
  return assay(tracks, { zone: 'UTC', falseAlarmsPerWeek: SHARE_OF_BUDGET * tracks.length })
}
