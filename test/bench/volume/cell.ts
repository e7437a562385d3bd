import { HOUR } from '../../../src/model/time.ts'
import { assay } from './assay.ts'
import type { Contender, Episode, Track } from './contender.ts'
import { FAULTS, type Fault, GONE, healthy, matches, type Trial, trial } from './faults.ts'
import { type Kind, localSlots, PLATFORM_SHARES, startOf, type Tier, ZONE } from './generator.ts'
import { PERFECT, perfectKnowledge } from './perfect.ts'
import { NO_FAULT, type Tally } from './tally.ts'
import { thresholdFor, type Training, zEpisodes, zScores } from './zscore.ts'

/** Series of one tier and rate, as many as a file holds, with and without each fault. */
export interface Cell {
  readonly tier: Tier
  readonly rate: number
  /** Which third of the year, for the clock changes. */
  readonly group: number
  readonly seeds: readonly number[]
  /** The rate is the platform's that the series is of, not that of all; only that it is gone is tried. */
  readonly isOfPlatform?: boolean
  /** Platforms' shares alone. */
  readonly isOfShares?: boolean
}

/** What each series may cost in false alarms a week. */
export const SHARE_OF_BUDGET = 0.02
const CHANNELS = ['volume', 'platform', 'fill'] as const
const TRAININGS: readonly Training[] = ['without', 'with']

/** Runs both contenders over the cell. The z-score's thresholds are such that it raises no more false alarms here. */
export function runCell(cell: Cell): Tally[] {
  const start = startOf(cell.group)
  const isOfPlatform = cell.isOfPlatform === true
  const kinds = cell.seeds.map((seed) => kindOf(cell, seed))
  const channels = isOfPlatform || cell.isOfShares === true ? (['platform'] as const) : CHANNELS
  return channels.flatMap((channel) => {
    const tracks = kinds.map((kind) => healthy(channel, kind, start))
    const weeks = tracks.reduce((sum, { counts }) => sum + counts.length / 168, 0)
    const alarms = watched(assay, tracks)
    const contenders: [string, Contender][] = [['assay', assay]]
    const prefix = isOfPlatform ? OWN : ''
    const quiet = (contender: string, hits: number): Tally =>
      tallied(cell, `${prefix}${NO_FAULT}, ${channel}`, contender, weeks, hits)
    const ordinary = alarms.filter((alarm) => !isOfHoliday(alarm, tracks))
    const tallies = [
      quiet('assay', alarms.length),
      tallied(cell, `${prefix}${ORDINARY}, ${channel}`, 'assay', weeks, ordinary.length),
    ]
    if (channel === 'platform') {
      const perfect = perfectKnowledge(kinds, start)
      contenders.push([PERFECT, perfect])
      tallies.push(quiet(PERFECT, watched(perfect, tracks).length))
    }
    for (const training of TRAININGS) {
      const scored = tracks.map((track) => [track, zScores(track, training)] as const)
      const count = (threshold: number): number =>
        scored.reduce((sum, [track, scores]) => sum + zEpisodes(track, scores, threshold).length, 0)
      // At least one, so that a cell in which nothing went wrong doesn't set a threshold that nothing can reach.
      const equal = thresholdFor(scored, Math.max(1, alarms.length))
      for (const [name, threshold] of [
        [`z>3 ${training}`, 3],
        [`z ${training}`, equal],
      ] as const) {
        contenders.push([name, zScore(training, threshold)])
        tallies.push(quiet(name, count(threshold)))
      }
    }
    for (const fault of FAULTS.filter((each) => each.channel === channel && (each.name === GONE || !isOfPlatform))) {
      const trials = kinds.map((kind) => trial(fault, kind, start))
      for (const [name, contender] of contenders) {
        if (name === PERFECT && fault.name !== GONE) continue
        tallies.push(...judged(cell, fault, trials, name, contender))
      }
    }
    return tallies
  })
}

function judged(cell: Cell, fault: Fault, trials: readonly Trial[], name: string, contender: Contender): Tally[] {
  const episodes = Map.groupBy(
    watched(
      contender,
      trials.map(({ track }) => track),
    ),
    ({ series }) => series,
  )
  const delayOf = ({ track, onset, end }: Trial): number | null => {
    const found = episodes.get(track.name)?.find((episode) => matches(fault.direction, episode, onset, end))
    return found === undefined ? null : (found.openedAt - onset) / track.bucket
  }
  const of = (what: string, some: readonly Trial[]): Tally => {
    const delays = some.map(delayOf).filter((delay) => delay !== null)
    return { ...tallied(cell, what, name, some.length, delays.length), delays }
  }
  if (cell.isOfPlatform === true) return [of(`${OWN}${fault.name}`, trials)]
  const all = of(fault.name, trials)
  if (fault.name === 'outage') {
    const dense = trials.filter(({ expected }) => expected >= 50)
    return [all, of(DENSE_OUTAGE, dense)]
  }
  if (fault.name !== GONE) return [all]
  const groups = [...Map.groupBy(trials, goneGroup)].map(([name, some]) => of(name, some))
  return Math.min(...PLATFORM_SHARES) * cell.rate < OWN_RATE
    ? [all, ...groups]
    : [all, ...groups, of(`${OWN}${GONE}`, trials)]
}

/** Names of tallies by the platform's own rate. */
export const OWN = 'by its own rate, '
/** Records an hour of a platform that has cells of its own. */
export const OWN_RATE = 50
/** Local hours from which on and until which it is night. */
const NIGHT = [22, 6] as const

function kindOf({ tier, rate, isOfPlatform }: Cell, seed: number): Kind {
  const share = isOfPlatform === true ? (PLATFORM_SHARES[seed % PLATFORM_SHARES.length] ?? 1) : 1
  return { tier, rate: rate / share, seed }
}

/** Which platform is gone, and whether from an hour of the night on. */
function goneGroup({ track, onset }: Trial): string {
  const platform = Number(track.name.slice(track.name.lastIndexOf('-') + 1)) % PLATFORM_SHARES.length
  const hour = (localSlots(onset, 1)[0] ?? 0) % 24
  const part = hour >= NIGHT[0] || hour < NIGHT[1] ? 'night' : 'day'
  return `${GONE}, ${Math.round(100 * (PLATFORM_SHARES[platform] ?? 0))} %, ${part}`
}

/** Outages of hours in which 50 or more were expected. */
export const DENSE_OUTAGE = 'outage, 50 expected in its first hour'

/** False alarms that no holiday explains. */
export const ORDINARY = 'false alarms but on holidays'
/** What is raised so long after a holiday's beginning is because of it. */
const HOLIDAY = 48 * HOUR

function isOfHoliday({ series, openedAt }: Episode, tracks: readonly Track[]): boolean {
  const track = tracks.find(({ name }) => name === series)
  return track?.holidays.some((start) => openedAt > start && openedAt <= start + HOLIDAY) === true
}

function watched(contender: Contender, tracks: readonly Track[]): Episode[] {
  return contender(tracks, { zone: ZONE, falseAlarmsPerWeek: SHARE_OF_BUDGET * tracks.length })
}

function zScore(training: Training, threshold: number): Contender {
  return (tracks) => tracks.flatMap((track) => zEpisodes(track, zScores(track, training), threshold))
}

function tallied({ tier, rate }: Cell, fault: string, contender: string, n: number, hits: number): Tally {
  return { fault, tier, rate, contender, n, hits, delays: [] }
}
