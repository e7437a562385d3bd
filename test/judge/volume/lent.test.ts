import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { type FleetSettings, volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { DAY, HOUR } from '../../../src/model/time.ts'
import { type Course, feed, MONDAY, noise, openings, UTC, watch, weekly } from './series.ts'

/** Six weeks of two events, then a third one begins on a Tuesday at 09:00. */
const BEGINS = 6 * 168 + 24 + 9
const LENT: FleetSettings = {
  ...UTC,
  lendersOf: (series) => (series === 'new' ? ['cart', 'search'] : []),
}
const OLD: readonly Course[] = [
  { name: 'cart', counts: weekly(8, 3_000, 4) },
  { name: 'search', counts: weekly(8, 9_000, 5) },
]

/** A third of what the cart counts, by another draw; `left` of it comes in the hours from `at` since it began. */
function newcomer(at: number, hours: number, left: number, shape = weekly(8, 1_000, 6)): Course {
  const counts = shape.slice(BEGINS).map((count, hour) => (hour >= at && hour < at + hours ? count * left : count))
  return { name: 'new', counts, from: MONDAY + BEGINS * HOUR }
}

/** What is raised of the newcomer, by its hours; in its first days, of which it has no week to hold another against. */
const openedBy = (courses: readonly Course[], settings: FleetSettings, days = 6) =>
  openings(watch(courses, settings).filter(({ series }) => series === 'new'))
    .map(([kind, way, hour]) => [kind, way, hour - BEGINS] as const)
    .filter(([, , hour]) => hour <= days * 24)

describe('a young event of a domain', () => {
  it('shows half of its records gone on its second day, by the season of the others', () => {
    const faulty = newcomer(33, 6, 0.5)
    const [first] = openedBy([...OLD, faulty], LENT)
    expect(first?.slice(0, 2)).toEqual(['volume', 'down'])
    expect(first?.[2]).toBeGreaterThan(33)
    expect(first?.[2]).toBeLessThanOrEqual(39)
    expect(openedBy([...OLD, faulty], UTC)).toEqual([])
  })

  it('is quiet when all is well, over its first weekend and beyond', () => {
    expect(openedBy([...OLD, newcomer(0, 0, 1)], LENT, 14)).toEqual([])
  })

  it('isn’t held against a season that isn’t its own', () => {
    const nightly = weekly(8, 1_000, 6).map((_, hour) => (hour % 24 === 2 ? 20_000 : 0))
    expect(openedBy([...OLD, newcomer(0, 0, 1, nightly)], LENT)).toEqual(
      openedBy([...OLD, newcomer(0, 0, 1, nightly)], UTC),
    )
  })

  it('borrows nothing from events that are young themselves', () => {
    const faulty = newcomer(33, 6, 0.5)
    const young = OLD.map((course) => ({
      ...course,
      counts: course.counts.slice(BEGINS - 48),
      from: MONDAY + (BEGINS - 48) * HOUR,
    }))
    expect(openedBy([...young, faulty], LENT)).toEqual([])
  })

  it('borrows nothing of an hour in which one of the others wasn’t observed', () => {
    const faulty = newcomer(33, 6, 0.5)
    const [cart, search] = OLD
    const gap = (search?.counts ?? []).map((count, hour) => (hour >= BEGINS + 33 ? null : count))
    expect(
      openedBy(
        [cart, { name: 'search', counts: gap }, faulty].flatMap((each) => each ?? []),
        LENT,
      ),
    ).toEqual([])
  })

  it('borrows nothing of one that is silent for good, and from the others all the same', () => {
    const silent = {
      name: 'closed',
      counts: weekly(8, 2_000, 7).map((count, hour) => (hour < BEGINS - 200 ? count : 0)),
    }
    const settings = { ...LENT, lendersOf: (series: string) => (series === 'new' ? ['cart', 'closed', 'search'] : []) }
    const faulty = newcomer(33, 6, 0.5)
    expect(openedBy([...OLD, silent, faulty], settings)).toEqual(openedBy([...OLD, faulty], LENT))
  })

  it('borrows nothing on a day that may be a holiday for the others', () => {
    const midnight = BEGINS + 15 + 24
    const closed = OLD.map(({ name, counts }) => ({
      name,
      counts: counts.map((count, hour) => (hour >= midnight && hour < midnight + 24 ? (count ?? 0) * 0.5 : count)),
    }))
    const faulty = newcomer(15 + 24 + 9, 6, 0.4)
    const quiet = { ...LENT, falseAlarmsPerWeek: 0.06 }
    expect(openedBy([...closed, faulty], quiet)).toEqual([])
    expect(openedBy([...OLD, faulty], quiet)).not.toEqual([])
  })

  it('isn’t misled by a fault of another', () => {
    const [cart, search] = OLD
    const down = (search?.counts ?? []).map((count, hour) =>
      hour >= BEGINS + 12 && hour < BEGINS + 24 ? (count ?? 0) / 3 : count,
    )
    expect(
      openedBy(
        [cart, { name: 'search', counts: down }, newcomer(0, 0, 1)].flatMap((each) => each ?? []),
        LENT,
      ),
    ).toEqual([])
  })
})

describe('what is lent', () => {
  const courses = [...OLD, newcomer(33, 6, 0.5), { ...newcomer(50, 6, 0.4), name: 'newer' }]
  const settings: FleetSettings = {
    ...UTC,
    lendersOf: (series) =>
      series.startsWith('new') ? ['cart', 'search', 'new', 'newer'].filter((each) => each !== series) : [],
  }
  /** All buckets from two days before the newcomers on; those of one hour in any order. */
  const told = (seed: number) => {
    const next = noise(seed)
    const buckets = courses.flatMap(({ name, counts, from = MONDAY }) =>
      counts.flatMap((count, hour) => {
        const start = from + hour * HOUR
        return count === null || start < MONDAY + (BEGINS - 9 * 24) * HOUR
          ? []
          : [{ name, order: next(), start, count }]
      }),
    )
    buckets.sort((a, b) => a.start - b.start || a.order - b.order)
    const fleet = volumeFleet(settings)
    const alarms = buckets.flatMap(({ name, start, count }) =>
      fleet.push(name, { start, length: HOUR, count, total: null }),
    )
    return [...alarms, ...fleet.finish()]
  }

  it('doesn’t depend on the order within an hour', () => {
    const expected = told(0)
    expect(expected.some(({ series }) => series === 'new')).toBe(true)
    fc.assert(
      fc.property(fc.nat(1_000), (seed) => {
        expect(told(seed)).toEqual(expected)
      }),
      { numRuns: 5 },
    )
  })

  it('is the same after a restart in between', () => {
    const at = MONDAY + BEGINS * HOUR + 1.4 * DAY
    const part = (isBefore: boolean): Course[] =>
      courses.map(({ name, counts, from = MONDAY }) => ({
        name,
        from,
        counts: counts.map((count, hour) => (from + hour * HOUR < at === isBefore ? count : null)),
      }))
    const first = volumeFleet(settings)
    const before = feed(first, part(true))
    const second = volumeFleet(settings, structuredClone(first.save()))
    const after = [...feed(second, part(false)), ...second.finish()]
    const whole = volumeFleet(settings)
    expect([...before, ...after]).toEqual([...feed(whole, courses), ...whole.finish()])
    expect(second.save()).toEqual(whole.save())
  })
})
