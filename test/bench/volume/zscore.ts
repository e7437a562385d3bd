import { HOUR } from '../../../src/model/time.ts'
import type { Episode, Track } from './contender.ts'
import { localSlots } from './generator.ts'

/** Whether the bucket under test is part of the mean and deviation that it is held against. */
export type Training = 'with' | 'without'

/** Fewer buckets of a slot give no score; the usual default of such tools. Without it they would cry all the first weeks. */
const LEAST_TRAINING = 7

/**
 * What the usual data tests do: the mean and the sample deviation of all earlier buckets of the same hour of the week,
 * and how many deviations the bucket is off. Null where there are too few, or they are all the same.
 */
export function zScores(track: Track, training: Training): (number | null)[] {
  const perHour = Math.round(HOUR / track.bucket)
  const slots = localSlots(track.start, Math.ceil(track.counts.length / perHour))
  const n = new Uint16Array(168 * perHour)
  const mean = new Float64Array(n.length)
  const squares = new Float64Array(n.length)
  return Array.from(track.counts, (count, index) => {
    const slot = (slots[Math.floor(index / perHour)] ?? 0) * perHour + (index % perHour)
    const total = track.totals === null ? 1 : (track.totals[index] ?? 0)
    if (total === 0) return null
    const value = count / total
    const before = training === 'without' ? score(value, slot) : null
    learn(value, slot)
    return training === 'without' ? before : score(value, slot)
  })

  function score(value: number, slot: number): number | null {
    const seen = n[slot] ?? 0
    const deviation = Math.sqrt((squares[slot] ?? 0) / (seen - 1))
    return seen < LEAST_TRAINING || deviation === 0 ? null : (value - (mean[slot] ?? 0)) / deviation
  }

  /** Welford's running mean and squares. */
  function learn(value: number, slot: number): void {
    const seen = (n[slot] ?? 0) + 1
    const off = value - (mean[slot] ?? 0)
    n[slot] = seen
    mean[slot] = (mean[slot] ?? 0) + off / seen
    squares[slot] = (squares[slot] ?? 0) + off * (value - (mean[slot] ?? 0))
  }
}

/** Runs of buckets beyond the threshold on one side: an alarm each. */
export function zEpisodes(track: Track, scores: readonly (number | null)[], threshold: number): Episode[] {
  const episodes: Episode[] = []
  let open = 0
  scores.forEach((score, index) => {
    const side = score !== null && Math.abs(score) > threshold ? Math.sign(score) : 0
    if (side !== 0 && side !== open) {
      const openedAt = track.start + (index + 1) * track.bucket
      episodes.push({ series: track.name, kind: 'volume', direction: side > 0 ? 'up' : 'down', openedAt })
    }
    open = side
  })
  return episodes
}

/** The least threshold at which the scores of these tracks make at most so many episodes. */
export function thresholdFor(
  scored: readonly (readonly [Track, readonly (number | null)[]])[],
  episodes: number,
): number {
  const count = (threshold: number): number =>
    scored.reduce((sum, [track, scores]) => sum + zEpisodes(track, scores, threshold).length, 0)
  let low = 0
  let high = 1
  while (count(high) > episodes && high < 1e9) high *= 2
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2
    if (count(middle) > episodes) low = middle
    else high = middle
  }
  return high
}
