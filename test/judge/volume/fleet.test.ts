import { describe, expect, it } from 'vitest'
import { type FleetSettings, volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { DAY, HOUR } from '../../../src/model/time.ts'
import { type Course, MONDAY, openings, UTC, watch as watchWith, weekly } from './series.ts'

/** Counts from one hour to another, changed. */
const changed = (counts: readonly number[], from: number, to: number, by: (count: number) => number): number[] =>
  counts.map((count, hour) => (hour >= from && hour < to ? Math.round(by(count)) : count))
const TENTH_WEEK = 10 * 168
/** An allowance at which what these noises do by chance isn't told. */
const QUIET = { ...UTC, falseAlarmsPerWeek: 0.02 }
const watch = (courses: readonly Course[], settings: FleetSettings = QUIET) => watchWith(courses, settings)

describe('a fleet', () => {
  it('is silent about ten ordinary weeks', () => {
    const courses = [1, 2, 3, 4, 5].map((seed) => ({ name: `s${seed}`, counts: weekly(10, 400, seed) }))
    expect(openings(watch(courses, { ...UTC, falseAlarmsPerWeek: 0.1 }))).toEqual([])
  })
  it('tells of an outage at the end of its first hour, and that it is over when records are back', () => {
    const onset = TENTH_WEEK + 36
    const told = watch([{ name: 'orders', counts: changed(weekly(12, 400), onset, onset + 6, () => 0) }])
    expect(openings(told)).toEqual([['outage', 'down', onset + 1]])
    const closed = told.find(({ closedAt }) => closedAt !== null)?.closedAt ?? 0
    expect((closed - MONDAY) / HOUR).toBeGreaterThan(onset + 6)
    expect((closed - MONDAY) / HOUR).toBeLessThan(onset + 14)
  })
  it('finds a fifth missing within two days, with a band above what was observed', () => {
    const onset = TENTH_WEEK + 40
    const [alarm] = watch([{ name: 'orders', counts: changed(weekly(13, 800), onset, onset + 48, (n) => n * 0.8) }])
    expect(alarm).toMatchObject({ kind: 'volume', direction: 'down' })
    expect(alarm?.openedAt).toBeLessThanOrEqual(MONDAY + (onset + 24) * HOUR)
    expect(alarm?.observed).toBeLessThan(alarm?.lower ?? 0)
    expect(alarm?.lower).toBeLessThan(alarm?.expected ?? 0)
  })
  it('finds one platform short of a third by its share, where the sum hides it', () => {
    const onset = TENTH_WEEK + 40
    const all = weekly(13, 2_000)
    const platform = changed(
      all.map((count, hour) => Math.round(count * 0.2 + (hour % 7) - 3)),
      onset,
      onset + 48,
      (n) => n * 0.7,
    )
    expect(openings(watch([{ name: 'ios', counts: platform, totals: all }]))[0]?.slice(0, 2)).toEqual(['share', 'down'])
  })
  it('only believes an outage on the first day, after four hours', () => {
    const counts = [...Array(9).fill(500), ...Array(6).fill(0), ...Array(9).fill(1_500)]
    expect(openings(watch([{ name: 'new', counts }]))).toEqual([['outage', 'down', 10]])
    expect(openings(watch([{ name: 'new', counts: [500, 500, 500, 0, 0, 0, 0, 500, 9_000] }]))).toEqual([])
  })
  it('takes a new level for normal after four days, and is then silent', () => {
    const from = TENTH_WEEK
    const told = openings(watch([{ name: 'grown', counts: changed(weekly(14, 400), from, 14 * 168, (n) => n * 2) }]))
    expect(told.filter(([kind]) => kind !== 'drift')).toHaveLength(1)
  })
  it('notices what is too slow for a step: a fifth less over three weeks', () => {
    const counts = weekly(24, 2_000).map((count, hour) =>
      Math.round(count * 0.945 ** Math.max(0, (hour - 16 * 168) / 168)),
    )
    expect(openings(watch([{ name: 'fading', counts }])).map(([kind, way]) => `${kind} ${way}`)).toContain('drift down')
  })
  it('has nothing to say of zeros, of a few points, of gaps, of days in which the clocks change at midnight', () => {
    const hours = (count: number, of: number | null) => Array<number | null>(count).fill(of)
    expect(watch([{ name: 'never', counts: hours(2_000, 0) }])).toEqual([])
    expect(watch([{ name: 'three', counts: [5, 6, 7] }])).toEqual([])
    const holed = weekly(10, 400).map((count, hour) => (hour % 400 < 60 ? null : count))
    expect(openings(watch([{ name: 'holed', counts: holed }]))).toEqual([])
    const late = weekly(3, 400)
    expect(openings(watch([{ name: 'waits', counts: [...hours(500, 0), ...late] }])).length).toBeLessThanOrEqual(1)
    // Cuba changes its clocks at midnight.
    const standard = weekly(21, 400)
    const cuba = standard.slice(0, -168).map((count, hour) => (hour >= 1_493 ? (standard[hour + 1] ?? count) : count))
    const told = openings(watch([{ name: 'cuba', counts: cuba }], { ...QUIET, timezone: 'America/Havana' }))
    expect(told.filter(([, , hour]) => hour > 1_493 && hour < 1_493 + 6 * 168)).toEqual([])
  })
  it('judges buckets of a day, of six hours and of five minutes', () => {
    for (const [length, per] of [
      [DAY, 24],
      [6 * HOUR, 6],
    ] as const) {
      const hours = weekly(20, 800)
      const counts = Array.from({ length: hours.length / per }, (_, place) =>
        hours.slice(place * per, (place + 1) * per).reduce((a, b) => a + b, 0),
      )
      const gone = counts.map((count, place) => (place >= counts.length - 2 ? 0 : count))
      expect(openings(watch([{ name: 'long', counts: gone, length }])), String(length)).toEqual([
        ['outage', 'down', (counts.length - 1) * per],
      ])
    }
    const fine = weekly(8, 1_200).flatMap((count) => Array<number>(12).fill(Math.round(count / 12)))
    const cut = fine.map((count, place) => (place >= fine.length - 14 ? 0 : count))
    expect(openings(watch([{ name: 'fine', counts: cut, length: HOUR / 12 }]))).toHaveLength(1)
  })
  it('leaves incidents and backfills out, and takes a launch as it comes', () => {
    const onset = TENTH_WEEK + 30
    const doubled = changed(weekly(12, 400), onset, onset + 5, (n) => n * 4)
    const to = MONDAY + (onset + 6) * HOUR
    const about = { from: MONDAY + onset * HOUR, to, series: 'orders' }
    expect(openings(watch([{ name: 'orders', counts: doubled }]))).toHaveLength(1)
    for (const kind of ['backfill', 'incident'] as const) {
      expect(
        openings(watch([{ name: 'orders', counts: doubled }], { ...QUIET, annotations: [{ kind, ...about }] })),
      ).toEqual([])
    }
    const launched = changed(weekly(14, 400), onset, 14 * 168, (n) => n * 3)
    const launch = { ...QUIET, annotations: [{ kind: 'launch', ...about } as const] }
    expect(
      openings(watch([{ name: 'orders', counts: launched }], launch)).filter(([kind]) => kind !== 'drift'),
    ).toEqual([])
  })
})

describe('an alarm is told at the end of the bucket that raised it, wherever buckets begin', () => {
  const LENGTHS: readonly [string, string, number, number][] = [
    ['hours at half past', 'UTC', HOUR, 30 * 60_000],
    ['six hours from three', 'UTC', 6 * HOUR, 3 * HOUR],
    ['days of New York', 'America/New_York', DAY, 5 * HOUR],
    ['days of Berlin', 'Europe/Berlin', DAY, -HOUR],
    ['five minutes at two past', 'UTC', 5 * 60_000, 2 * 60_000],
  ]
  it.each(LENGTHS)('%s', (_, timezone, length, shift) => {
    const fleet = volumeFleet({ timezone, falseAlarmsPerWeek: 1 })
    const perWeek = (7 * DAY) / length
    const silentFrom = Math.round(8 * perWeek) + Math.ceil(DAY / length / 2)
    const ends = new Set<number>()
    let opened: number | null = null
    for (let bucket = 0; opened === null && bucket < 12 * perWeek; bucket++) {
      const start = Date.UTC(2026, 0, 5) + shift + bucket * length
      ends.add(start + length)
      const count = bucket >= silentFrom ? 0 : Math.round((500 * length) / HOUR + (bucket % 5))
      for (const alarm of fleet.push('orders', { start, length, count, total: null })) opened ??= alarm.openedAt
    }
    expect(ends).toContain(opened)
    expect(opened).toBeGreaterThan(Date.UTC(2026, 0, 5) + shift + silentFrom * length)
  })
})
