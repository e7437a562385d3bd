import { HOUR, type Instant } from '../../../src/model/time.ts'
import type { Episode, Track } from './contender.ts'
import { type Draws, drawsOf } from './draws.ts'
import { countsOf, type Kind, type Traffic, trafficOf } from './generator.ts'

/** What can go wrong, and where it is looked for. */
export interface Fault {
  readonly name: string
  readonly direction: 'up' | 'down'
  readonly hours: number
  /** The series that would show it: all counts, one platform's share of them, or the share with a property filled. */
  readonly channel: 'volume' | 'platform' | 'fill'
  /** What is left of the counts, or of the platform's; for fill: the rate during the fault. */
  readonly left: number
  /** Hours of history before it: the least and the most. */
  readonly after: readonly [number, number]
}

const WEEK = 168
/** Weeks 15 to 18. */
const LATE = [14 * WEEK, 17 * WEEK + 100] as const
const FILLED = 0.97

/** The fault that most can be said of: with everything known, the best rule is known too. */
export const GONE = 'one platform gone'

export const FAULTS: readonly Fault[] = [
  { name: 'outage', direction: 'down', hours: 6, channel: 'volume', left: 0, after: LATE },
  { name: '-50 % for 6 h', direction: 'down', hours: 6, channel: 'volume', left: 0.5, after: LATE },
  { name: '-20 % for 48 h', direction: 'down', hours: 48, channel: 'volume', left: 0.8, after: LATE },
  { name: '3x spike for 2 h', direction: 'up', hours: 2, channel: 'volume', left: 3, after: LATE },
  { name: 'one platform -30 % for 48 h', direction: 'down', hours: 48, channel: 'platform', left: 0.7, after: LATE },
  { name: GONE, direction: 'down', hours: 24, channel: 'platform', left: 0, after: LATE },
  { name: 'fill rate 0.97 to 0.92', direction: 'down', hours: 24, channel: 'fill', left: 0.92, after: LATE },
  { name: 'outage on day 1', direction: 'down', hours: 6, channel: 'volume', left: 0, after: [8, 18] },
  {
    name: '-50 % for 6 h from day 7',
    direction: 'down',
    hours: 6,
    channel: 'volume',
    left: 0.5,
    after: [7 * 24, 10 * 24],
  },
  { name: '-50 % for 6 h from day 2', direction: 'down', hours: 6, channel: 'volume', left: 0.5, after: [24, 48] },
]

/** One series with one fault in it. */
export interface Trial {
  readonly track: Track
  readonly onset: number
  readonly end: number
  /** Counts that the first hour of the fault would have had. */
  readonly expected: number
}

/** The series of this kind with the fault in it; it ends when the fault does. */
export function trial(fault: Fault, kind: Kind, start: number): Trial {
  const draws = drawsOf(kind.seed * 31 + FAULTS.indexOf(fault))
  const traffic = trafficOf(kind, start)
  // A series may begin in any hour of the week.
  const first = fault.after[0] < WEEK * 2 ? draws.below(WEEK) : 0
  const onset = first + fault.after[0] + draws.below(fault.after[1] - fault.after[0])
  const platform = fault.channel === 'platform' ? kind.seed % 3 : null
  const faulty = {
    ...traffic,
    means: traffic.means.map((means, index) => (platform === null || index === platform ? changed(means) : means)),
  }
  const track = trackOf(fault.channel, faulty, platform ?? 0, draws, (hour) =>
    hour >= onset && hour < onset + fault.hours ? fault.left : FILLED,
  )
  return {
    track: cut(track, first, onset + fault.hours),
    onset: track.start + onset * HOUR,
    end: track.start + (onset + fault.hours) * HOUR,
    expected: traffic.means.reduce((sum, means) => sum + (means[onset] ?? 0), 0),
  }

  function changed(means: Float64Array): Float64Array {
    if (fault.channel === 'fill') return means
    return means.map((mean, hour) => (hour >= onset && hour < onset + fault.hours ? mean * fault.left : mean))
  }
}

/** The series that a channel looks at, without a fault. */
export function healthy(channel: Fault['channel'], kind: Kind, start: number): Track {
  return trackOf(channel, trafficOf(kind, start), kind.seed % 3, drawsOf(kind.seed * 31 + 17), () => FILLED)
}

/** The right sign, raised while the fault lasts: an alarm that was open already found nothing. */
export function matches(direction: Fault['direction'], episode: Episode, onset: Instant, end: Instant): boolean {
  return episode.direction === direction && episode.openedAt > onset && episode.openedAt <= end
}

function trackOf(
  channel: Fault['channel'],
  traffic: Traffic,
  platform: number,
  draws: Draws,
  filled: (hour: number) => number,
): Track {
  const name = `${channel}-${traffic.seed}`
  const counts = countsOf(traffic)
  const all = sum(counts)
  const track = { name, start: traffic.start, bucket: HOUR, holidays: traffic.holidays }
  if (channel === 'volume') return { ...track, counts: all, totals: null }
  if (channel === 'platform') return { ...track, counts: counts[platform] ?? all, totals: all }
  // A fill rate wanders a little by itself, as mixes of versions and pages do.
  let off = 0
  const held = all.map((count, hour) => {
    off = 0.7 * off + 0.04 * draws.normal()
    const odds = (filled(hour) / (1 - filled(hour))) * Math.exp(off)
    return draws.binomial(count, odds / (1 + odds))
  })
  return { ...track, counts: held, totals: all }
}

function cut(track: Track, from: number, to: number): Track {
  return {
    ...track,
    start: track.start + from * HOUR,
    counts: track.counts.slice(from, to),
    totals: track.totals?.slice(from, to) ?? null,
  }
}

function sum(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts[0]?.length ?? 0)
  for (const part of parts)
    for (let index = 0; index < result.length; index++) result[index] = (result[index] ?? 0) + (part[index] ?? 0)
  return result
}
