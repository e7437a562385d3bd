import { serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { HOUR } from '../../../src/model/time.ts'
import { type Course, feed, MONDAY, noise, UTC, watch, weekly } from './series.ts'
import { THOROUGH } from '../../support/thorough.ts'

/** Anything a file may hold: ordinary weeks with gaps, zeros, spikes, fractions, negative and enormous counts in them. */
const course = (name: string): fc.Arbitrary<Course> =>
  fc
    .record({
      seed: fc.nat(1_000),
      level: fc.constantFrom(0.3, 5, 50, 5_000, 1e9),
      weeks: fc.integer({ min: 1, max: 9 }),
      blows: fc.array(
        fc.record({
          at: fc.nat(9 * 168),
          hours: fc.integer({ min: 1, max: 400 }),
          by: fc.constantFrom<number | null>(null, 0, 0.5, -1, 3.7, 1e12, Number.NaN, Number.POSITIVE_INFINITY),
        }),
        { maxLength: 4 },
      ),
      share: fc.boolean(),
    })
    .map(({ seed, level, weeks, blows, share }) => {
      const all = weekly(weeks, level, seed)
      const counts: (number | null)[] = all.map((count) => count + (seed % 3) / 3)
      for (const { at, hours, by } of blows)
        for (let hour = at; hour < Math.min(at + hours, counts.length); hour += 1)
          counts[hour] = by === null ? null : by > 1e9 ? by : (counts[hour] ?? 1) * by
      return { name, counts, ...(share ? { totals: all } : {}) }
    })
const courses = fc.tuple(course('a'), course('b'), course('c'))
// Each run is thousands of hours; in .ci/run there is time for more.
const runs = { numRuns: THOROUGH ? 40 : 4 }

function numbersIn(state: unknown): number[] {
  if (typeof state === 'number') return [state]
  if (state instanceof Float32Array || state instanceof Float64Array) return [...state]
  return typeof state === 'object' && state !== null ? Object.values(state).flatMap(numbersIn) : []
}

describe('whatever the counts', () => {
  it('no number is NaN or infinite, and the state stays within 12 KB', () => {
    fc.assert(
      fc.property(courses, (each) => {
        const fleet = volumeFleet(UTC)
        const alarms = [...feed(fleet, each), ...fleet.finish()]
        for (const { observed, expected, lower, upper } of alarms)
          for (const number of [observed, expected, lower, upper]) expect(Number.isFinite(number)).toBe(true)
        for (const member of fleet.save().members.values()) {
          expect(numbersIn(member).every(Number.isFinite)).toBe(true)
          expect(serialize(member).length).toBeLessThan(12 * 1024)
        }
      }),
      runs,
    )
  })
  it('alarms of a series open and close by turns', () => {
    fc.assert(
      fc.property(courses, (each) => {
        const alarms = watch(each)
        for (const name of ['a', 'b', 'c']) {
          const turns = alarms.filter(({ series, kind }) => series === name && kind !== 'drift')
          turns.forEach(({ closedAt }, place) => {
            expect(closedAt === null).toBe(place % 2 === 0)
          })
        }
      }),
      runs,
    )
  })
  it('the order of series is nothing', () => {
    fc.assert(
      fc.property(courses, ([a, b, c]) => {
        expect(new Set(watch([c, a, b]).map((alarm) => JSON.stringify(alarm)))).toEqual(
          new Set(watch([a, b, c]).map((alarm) => JSON.stringify(alarm))),
        )
      }),
      runs,
    )
  })
  it('a restart from the saved state goes on bit for bit, at any instant', () => {
    fc.assert(
      fc.property(courses, fc.nat(9 * 168), (each, hours) => {
        const cut = (from: number, to: number): Course[] =>
          each.map(({ name, counts, totals }) => ({
            name,
            counts: counts.slice(from, to),
            from: MONDAY + from * HOUR,
            ...(totals === undefined ? {} : { totals: totals.slice(from, to) }),
          }))
        const first = volumeFleet(UTC)
        const before = feed(first, cut(0, hours))
        const second = volumeFleet(UTC, structuredClone(first.save()))
        const after = [...feed(second, cut(hours, 9 * 168)), ...second.finish()]
        const whole = volumeFleet(UTC)
        expect([...before, ...after]).toEqual([...feed(whole, each), ...whole.finish()])
        expect(second.save().members).toEqual(whole.save().members)
      }),
      runs,
    )
  })
  it('cutting a file off changes no alarm that was known before', () => {
    fc.assert(
      fc.property(courses, fc.nat(9 * 168), (each, hours) => {
        const known = MONDAY + hours * HOUR
        const cut = each.map(({ counts, ...rest }) => ({ ...rest, counts: counts.slice(0, hours) }))
        const knownOf = (alarms: ReturnType<typeof watch>) =>
          alarms.filter(({ openedAt, closedAt }) => (closedAt ?? openedAt) <= known)
        expect(knownOf(watch(cut))).toEqual(knownOf(watch(each)))
      }),
      runs,
    )
  })
  it('one huge hour in a quiet series is told once at most', () => {
    const next = noise(9)
    const counts = weekly(9, 20).map((count) => (next() < 0.5 ? count : count + 1))
    counts[1_300] = 1e12
    expect(watch([{ name: 'spiked', counts }], { ...UTC, falseAlarmsPerWeek: 0.02 }).length).toBeLessThanOrEqual(2)
  })
})
