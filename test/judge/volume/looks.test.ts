import { describe, expect, it } from 'vitest'
import { type Fleet, volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { MONDAY, noise, UTC, weekly } from './series.ts'

const FIVE = 5 * MINUTE
const PARTS = HOUR / FIVE
const QUIET = { ...UTC, falseAlarmsPerWeek: 0.02 }
const WEEKS = 5
/** Wednesday of the fifth week, 10:25. */
const ONSET = (4 * 168 + 48 + 10) * PARTS + 5

type Spread = (hour: number, part: number) => number

/** Even within the hour, each part a little off. */
const even: Spread = (hour, part) => {
  const next = noise(hour * PARTS + part)
  return (1 / PARTS) * (1 + 0.3 * (next() + next() - 1))
}

interface Seen {
  readonly kind: string
  readonly direction: string
  /** Minutes from the onset. */
  readonly after: number
}

/** Feeds hours one by one, each looked into before it is over; answers the alarms that looks opened, and those of whole hours. */
function watched(
  hours: readonly number[],
  spread: Spread,
  left: (bucket: number) => number = () => 1,
  fleet: Fleet = volumeFleet(QUIET),
) {
  const inside: Seen[] = []
  const whole: Seen[] = []
  const seen = (alarm: { kind: string; direction: string; openedAt: number }): Seen => ({
    kind: alarm.kind,
    direction: alarm.direction,
    after: (alarm.openedAt - MONDAY - ONSET * FIVE) / MINUTE,
  })
  let looked = 0
  for (const [hour, count] of hours.entries()) {
    const start = MONDAY + hour * HOUR
    const isLooked = fleet.mayLook('orders', start, FIVE)
    let sum = 0
    for (let part = 0; part < PARTS; part++) {
      const came = Math.round(count * spread(hour, part) * left(hour * PARTS + part))
      sum += came
      if (!isLooked) continue
      looked += 1
      const alarm = fleet.look('orders', { start: start + part * FIVE, length: FIVE, count: came, total: null })
      if (alarm !== null) inside.push(seen(alarm))
    }
    const changes = [...fleet.push('orders', { start, length: HOUR, count: sum, total: null }), ...fleet.finish()]
    for (const alarm of changes) if (alarm.closedAt === null && alarm.kind !== 'drift') whole.push(seen(alarm))
  }
  return { inside, whole, looked }
}

describe('looking into hours', () => {
  it('says nothing in ordinary weeks, of large streams and of larger ones', () => {
    for (const level of [600, 6_000, 600_000]) {
      const { inside, looked } = watched(weekly(WEEKS, level), even)
      expect(inside).toEqual([])
      expect(looked).toBeGreaterThan(WEEKS * 168 * PARTS * 0.8)
    }
  })

  it('finds an outage in five to ten minutes, a collapse and a surge in a quarter of an hour', () => {
    for (const [left, direction, within] of [
      [0, 'down', 10],
      [0.3, 'down', 15],
      [3, 'up', 15],
    ] as const) {
      const [first] = watched(weekly(WEEKS, 3_000), even, (bucket) => (bucket >= ONSET ? left : 1)).inside
      expect(first).toMatchObject({ kind: left === 0 ? 'outage' : 'volume', direction })
      expect(first?.after).toBeGreaterThan(0)
      expect(first?.after).toBeLessThanOrEqual(within)
    }
  })

  it('leaves a fifth less, and small streams, to whole hours', () => {
    const less = watched(weekly(WEEKS, 3_000), even, (bucket) => (bucket >= ONSET ? 0.8 : 1))
    expect(less.inside).toEqual([])
    expect(less.whole.length).toBeGreaterThan(0)
    expect(watched(weekly(WEEKS, 40), even).looked).toBe(0)
  })

  it.each<[string, Spread]>([
    ['once an hour', (_, part) => (part === 0 ? 1 : 0)],
    ['once an hour, now sooner and now later', (hour, part) => (part === Math.floor(noise(hour)() * PARTS) ? 1 : 0)],
    ['every half hour', (_, part) => (part % 6 === 2 ? 0.5 : 0)],
    ['every quarter of an hour', (_, part) => (part % 3 === 1 ? 0.25 : 0)],
    ['mostly in the first ten minutes', (_, part) => (part < 2 ? 0.4 : 0.02)],
  ])('has no alarm of records that come in batches: %s', (_, spread) => {
    expect(watched(weekly(WEEKS, 2_000), spread)).toMatchObject({ inside: [], whole: [] })
  })

  it('leaves a holiday that nobody announced to whole hours, and still finds what begins by day', () => {
    const midnight = (4 * 168 + 48) * PARTS
    const holiday = (bucket: number) => (bucket >= midnight && bucket < midnight + 24 * PARTS ? 0.35 : 1)
    expect(watched(weekly(WEEKS, 3_000), even, holiday).inside).toEqual([])
    const fault = (bucket: number) => (bucket >= midnight + 8 * PARTS && bucket < midnight + 24 * PARTS ? 0.35 : 1)
    expect(watched(weekly(WEEKS, 3_000), even, fault).inside).toMatchObject([{ kind: 'volume', direction: 'down' }])
  })

  it('adds no silence of the evening to one of the morning, where records came at night', () => {
    const next = noise(8)
    const hours = Array.from({ length: WEEKS * 168 }, (_, hour) => {
      const mean = hour % 24 >= 8 && hour % 24 < 22 ? 120 : 24
      return Math.round(mean + Math.sqrt(mean) * 1.7 * (next() + next() + next() - 1.5))
    })
    const night = (4 * 168 + 48 + 22) * PARTS
    const morning = night + 10 * PARTS
    const isSilent = (bucket: number) => [night - 2, night - 1, morning, morning + 1].includes(bucket)
    const { inside } = watched(hours, even, (bucket) => (isSilent(bucket) ? 0 : 1))
    expect(inside).toEqual([])
  })
  it('learns how records come for a day before it speaks', () => {
    const soon = 3 * 24 * PARTS + 30
    const { inside } = watched(weekly(1, 3_000), even, (bucket) => (bucket >= soon && bucket < soon + 3 ? 0 : 1))
    expect(inside).toEqual([])
  })

  it('looks into no hour before the one ahead of it has been judged, nor into one that has', () => {
    const fleet = volumeFleet(QUIET)
    watched(weekly(WEEKS, 3_000), even, undefined, fleet)
    const next = MONDAY + WEEKS * 168 * HOUR
    expect(fleet.mayLook('orders', next, FIVE)).toBe(true)
    expect(fleet.mayLook('orders', next + HOUR, FIVE)).toBe(false)
    expect(fleet.mayLook('orders', next - HOUR, FIVE)).toBe(false)
    expect(fleet.look('orders', { start: next + HOUR, length: FIVE, count: 0, total: null })).toBeNull()
    expect(fleet.mayLook('others', next, FIVE)).toBe(false)
  })
})
