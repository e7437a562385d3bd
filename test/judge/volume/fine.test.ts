import { describe, expect, it } from 'vitest'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { feed, MONDAY, noise, UTC, watch, weekly } from './series.ts'

const FIVE = 5 * MINUTE
const PARTS = HOUR / FIVE
const QUIET = { ...UTC, falseAlarmsPerWeek: 0.02 }
/** Wednesday of the seventh week, 10:25. */
const ONSET = (6 * 168 + 48 + 10) * PARTS + 5

/** Five-minute counts of these hours, each a little off. */
function fiveMinutes(hours: readonly number[], seed = 3): number[] {
  const next = noise(seed)
  return hours.flatMap((count) =>
    Array.from({ length: PARTS }, () => {
      const mean = count / PARTS
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * 2 * (next() + next() + next() - 1.5)))
    }),
  )
}
const counts = fiveMinutes(weekly(7, 6_000))
const from = (by: (count: number) => number) =>
  counts.map((count, place) => (place >= ONSET ? Math.round(by(count)) : count))
const minutesAfter = (each: readonly number[]): [string, string, number][] =>
  watch([{ name: 'orders', counts: each, length: FIVE }], QUIET)
    .filter(({ closedAt }) => closedAt === null)
    .slice(0, 1)
    .map(({ kind, direction, openedAt }) => [kind, direction, (openedAt - MONDAY - ONSET * FIVE) / MINUTE])

describe('inside the hour', () => {
  it('is silent about seven ordinary weeks', () => {
    expect(minutesAfter(counts)).toEqual([])
  })
  it('finds an outage at the end of its first five minutes', () => {
    expect(minutesAfter(from(() => 0))).toEqual([['outage', 'down', 5]])
  })
  it('finds a collapse and a surge within a quarter of an hour', () => {
    for (const [by, direction] of [
      [0.3, 'down'],
      [3, 'up'],
    ] as const) {
      const [alarm] = minutesAfter(from((count) => count * by))
      expect(alarm?.slice(0, 2)).toEqual(['volume', direction])
      expect(alarm?.[2]).toBeLessThanOrEqual(15)
    }
  })
  it('leaves a fifth less to the longer windows', () => {
    const [alarm] = minutesAfter(from((count) => count * 0.8))
    expect(alarm?.[2]).toBeGreaterThan(15)
  })
  it('goes on from a saved state in the midst of an hour', () => {
    const faulty = from((count) => count * 0.3)
    for (const cut of [ONSET - 7, ONSET + 1, ONSET + 4]) {
      const first = volumeFleet(QUIET)
      const before = feed(first, [{ name: 'orders', counts: faulty.slice(0, cut), length: FIVE }])
      const second = volumeFleet(QUIET, structuredClone(first.save()))
      const rest = { name: 'orders', counts: faulty.slice(cut), length: FIVE, from: MONDAY + cut * FIVE }
      expect([...before, ...feed(second, [rest]), ...second.finish()]).toEqual(
        watch([{ name: 'orders', counts: faulty, length: FIVE }], QUIET),
      )
    }
  })
})
