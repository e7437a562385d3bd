import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { drawsOf } from './draws.ts'
import { FAULTS, healthy, trial } from './faults.ts'
import { countsOf, localSlots, startOf, trafficOf } from './generator.ts'
import { alarmsAt, perfectHours } from './perfect.ts'
import { poissonInterval, wilson } from './tally.ts'
import { thresholdFor, zEpisodes, zScores } from './zscore.ts'

const moments = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
}
const sample = (draw: () => number) => moments(Array.from({ length: 20_000 }, draw))

describe('draws', () => {
  const draws = drawsOf(7)
  it.each([0.3, 5, 50, 5_000, 1e6])('have the moments of their distributions at a mean of %d', (mean) => {
    const poisson = sample(() => draws.poisson(mean))
    expect(poisson.mean / mean).toBeCloseTo(1, 1)
    expect(poisson.variance / mean).toBeCloseTo(1, 1)
    const dispersed = sample(() => draws.negativeBinomial(mean, 0.02))
    expect(dispersed.mean / mean).toBeCloseTo(1, 1)
    expect(Math.abs(dispersed.variance / (mean + 0.02 * mean * mean) - 1)).toBeLessThan(0.05)
    const binomial = sample(() => draws.binomial(Math.round(mean * 10), 0.1))
    expect(Math.abs(binomial.variance / (binomial.mean * 0.9) - 1)).toBeLessThan(0.05)
  })
})

describe('traffic', () => {
  const kind = { tier: 'normal', rate: 500, seed: 3 } as const

  it('is the same for the same seed, and another for another', () => {
    expect(healthy('volume', kind, startOf(0))).toEqual(healthy('volume', kind, startOf(0)))
    expect(healthy('volume', { ...kind, seed: 4 }, startOf(0))).not.toEqual(healthy('volume', kind, startOf(0)))
  })

  it('of five minutes adds up to that of hours', () => {
    const traffic = trafficOf(kind, startOf(1))
    const total = (counts: readonly Float64Array[]) => counts.flatMap((part) => [...part]).reduce((a, b) => a + b, 0)
    expect(total(countsOf(traffic, 5 * MINUTE)) / total(countsOf(traffic))).toBeCloseTo(1, 2)
  })

  it('keeps to local time over the change of clocks', () => {
    const before = localSlots(startOf(0), 18 * 168)
    // 29 March 2026, a Sunday: after 01:00 comes 03:00.
    const changed = before.findIndex((slot, index) => index > 0 && slot === (before[index - 1] ?? 0) + 2)
    expect(new Date(startOf(0) + changed * HOUR).toISOString()).toBe('2026-03-29T01:00:00.000Z')
  })

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    'with %s is as without until it starts',
    (_name, fault) => {
      const { track, onset, end } = trial(fault, kind, startOf(0))
      const whole = healthy(fault.channel, kind, startOf(0))
      const skipped = (track.start - whole.start) / HOUR
      const until = (onset - track.start) / HOUR
      if (fault.channel !== 'fill')
        expect([...track.counts.slice(0, until)]).toEqual([...whole.counts.slice(skipped, skipped + until)])
      expect(track.counts.length * HOUR).toBe(end - track.start)
      const share = (from: number, to: number) =>
        track.counts.slice(from, to).reduce((a, b) => a + b, 0) /
        (track.totals?.slice(from, to).reduce((a, b) => a + b, 0) ?? 1)
      if (fault.channel === 'platform') expect(share(until, track.counts.length)).toBeLessThan(share(0, until) * 0.9)
    },
  )
})

describe('the z-score', () => {
  const track = healthy('volume', { tier: 'noisy', rate: 500, seed: 5 }, startOf(1))

  it('with the tested bucket in its training can’t be beyond (n − 1) / √n', () => {
    const spiked = { ...track, counts: track.counts.map((count, hour) => (hour > 9 * 168 ? count * 1e6 : count)) }
    const first = zScores(spiked, 'with').slice(9 * 168 + 1, 10 * 168)
    for (const score of first) expect(Math.abs(score ?? 0)).toBeLessThanOrEqual(9 / Math.sqrt(10) + 1e-6)
  })

  it('raises no more alarms at the threshold of a number than that number', () => {
    const scores = zScores(track, 'without')
    for (const most of [0, 1, 5, 20]) {
      const threshold = thresholdFor([[track, scores]], most)
      expect(zEpisodes(track, scores, threshold).length).toBeLessThanOrEqual(most)
    }
  })
})

describe('perfect knowledge', () => {
  const means = Float64Array.from({ length: 18 * 168 }, (_, hour) => 4 + 2.5 * Math.cos((2 * Math.PI * hour) / 24))

  it('spends what it may, and where silence tells most', () => {
    const { hours, cost } = perfectHours({ means, dispersion: 0 }, 0.02)
    expect(cost).toBeLessThanOrEqual(0.36)
    expect(cost).toBeGreaterThan(0.33)
    const evidence = (hour: number) => (means[hour] ?? 0) + (means[hour - 1] ?? 0) + (means[hour - 2] ?? 0)
    const left = Array.from(means.keys()).filter((hour) => hour >= 2 && !hours.has(hour))
    const most = Math.max(...left.map(evidence))
    // But for neighbours, whose silences are in part the same.
    expect(Math.min(...[...hours].map(evidence))).toBeGreaterThan(most - 1)
  })

  it('raises as many false alarms as it reckons with', () => {
    const draws = drawsOf(11)
    const chosen = perfectHours({ means, dispersion: 0.01 }, 0.2)
    let alarms = 0
    for (let trial = 0; trial < 100; trial++) {
      const counts = means.map((mean) => draws.negativeBinomial(mean, 0.01))
      alarms += alarmsAt(counts, (hour) => chosen.hours.has(hour)).length
    }
    const [lower, upper] = poissonInterval(alarms)
    expect(chosen.cost * 100).toBeGreaterThan(lower)
    expect(chosen.cost * 100).toBeLessThan(upper)
  })

  it('does no worse than a threshold on the evidence at as many false alarms', () => {
    const { hours } = perfectHours({ means, dispersion: 0 }, 0.02)
    const chance = (hour: number) => Math.exp(-(means[hour] ?? 0) - (means[hour - 1] ?? 0) - (means[hour - 2] ?? 0))
    const cheapest = Array.from(means.keys())
      .slice(2)
      .map(chance)
      .sort((a, b) => a - b)
    let spent = 0
    const plain = cheapest.findIndex((each) => {
      spent += each
      return spent > 0.36
    })
    // A price takes or leaves all hours that are worth the same.
    expect(hours.size).toBeGreaterThanOrEqual(plain * 0.995)
  })
})

describe('intervals', () => {
  it('are those of the tables', () => {
    expect(poissonInterval(0).map((end) => Number(end.toFixed(1)))).toEqual([0, 3.7])
    expect(poissonInterval(10).map((end) => Number(end.toFixed(1)))).toEqual([4.8, 18.4])
    expect(poissonInterval(400).map((end) => Number(end.toFixed(1)))).toEqual([361.8, 441.2])
    expect(wilson(9, 10).map((end) => Number(end.toFixed(2)))).toEqual([0.6, 0.98])
  })
})
