import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EventHour, familyOf } from '../../../src/judge/volume/watched.ts'
import { emptyWatching, type WatchingOptions, watching } from '../../../src/judge/volume/watching.ts'
import { HOUR } from '../../../src/model/time.ts'

const START = Date.UTC(2026, 0, 5)
const OPTIONS: WatchingOptions = { domainOf: () => 'checkout', propertiesOf: () => [] }

function hourOf(event: string, hour: number, more: Partial<EventHour> = {}): EventHour {
  return {
    event,
    source: null,
    start: START + hour * HOUR,
    received: 100,
    backfilled: 0,
    invalid: 0,
    incomplete: 0,
    identified: 100,
    duplicates: 0,
    platforms: new Map([['web', 100]]),
    families: new Map([['web+1.2', 100]]),
    unfilled: new Map(),
    ...more,
  }
}

const names = (buckets: readonly { readonly series: { readonly name: string } }[]) =>
  buckets.map(({ series }) => series.name).sort()
/** The names of the last of so many hours. */
function afterHours(
  found: ReturnType<typeof watching>,
  hours: number,
  at: (hour: number) => readonly EventHour[],
  from = 0,
) {
  let last: readonly string[] = []
  for (let hour = from; hour < from + hours; hour++) last = names(found.take(at(hour)).buckets)
  return last
}

describe('the series that are found', () => {
  it('are an event’s total and rates, and its platforms where there are several', () => {
    const found = watching(OPTIONS)
    const one = (hour: number) => [hourOf('A', hour)]
    expect(afterHours(found, 3, one)).toEqual(['A', 'A · duplicates', 'A · incomplete', 'A · invalid'])
    const two = (hour: number) => [
      hourOf('A', hour, {
        platforms: new Map([
          ['web', 60],
          ['ios', 40],
        ]),
      }),
    ]
    expect(afterHours(found, 3, two, 3)).toEqual(expect.arrayContaining(['A · on · ios', 'A · on · web']))
  })

  it('of a new event borrow the season of its domain’s grown ones', () => {
    const found = watching(OPTIONS)
    afterHours(found, 7 * 24 + 1, (hour) => [hourOf('A', hour), hourOf('B', hour)])
    const late = 7 * 24 + 1
    afterHours(found, 3, (hour) => [hourOf('A', hour), hourOf('B', hour), hourOf('C', hour)], late)
    expect(found.lendersOf('C')).toEqual(['A', 'B'])
    expect(found.lendersOf('C · duplicates')).toEqual([])
    expect(found.lendersOf('D')).toEqual([])
  })

  it('have a name of their own for each required and important property', () => {
    const found = watching({ ...OPTIONS, propertiesOf: () => ['cart_id', 'coupon'] })
    const { buckets } = found.take([hourOf('A', 0, { unfilled: new Map([['coupon', 80]]) })])
    expect(
      buckets
        .filter(({ series }) => series.aspect === 'property')
        .map(({ series, count, total }) => [series.name, count, total]),
    ).toEqual([
      ['A · without · cart_id', 0, 100],
      ['A · without · coupon', 80, 100],
    ])
  })

  it('are shares of the domain after a week, of those that were there by then: what joins later moves none', () => {
    const found = watching(OPTIONS)
    const both = (hour: number) => [hourOf('A', hour), hourOf('B', hour, { received: 300 })]
    expect(afterHours(found, 7 * 24, both)).not.toContain('A · of · checkout')
    expect(afterHours(found, 24, both, 7 * 24)).toEqual(
      expect.arrayContaining(['A · of · checkout', 'A · in · web+1.2']),
    )
    const joined = (hour: number) => [...both(hour), hourOf('C', hour, { received: 5_000 })]
    afterHours(found, 8 * 24, joined, 8 * 24)
    const { buckets } = found.take(joined(16 * 24))
    const share = (name: string) => buckets.find(({ series }) => series.name === name)
    expect(share('A · of · checkout')).toMatchObject({ count: 100, total: 400 })
    expect(share('C · of · checkout')).toMatchObject({ count: 5_000, total: 5_400 })
    expect(share('A · in · web+1.2')).toMatchObject({ count: 100, total: 200 })
    // An hour of which a part isn't told says nothing of the shares.
    const partial = found.take([hourOf('A', 16 * 24 + 1)])
    expect(names(partial.buckets)).not.toContain('A · of · checkout')
  })

  it('of the domain begin at once for an event that joins a grown one', () => {
    const found = watching(OPTIONS)
    const both = (hour: number) => [hourOf('A', hour), hourOf('B', hour)]
    afterHours(found, 7 * 24, both)
    const joined = (hour: number) => [...both(hour), hourOf('C', hour)]
    expect(afterHours(found, 1, joined, 7 * 24)).toContain('C · of · checkout')
  })

  it('are bounded: the largest names keep one, the rest share one, and what dies out ends', () => {
    const found = watching(OPTIONS)
    const families = (from: number) =>
      new Map(Array.from({ length: 40 }, (_, index) => [`ios+${from + index}.0`, 400 - index]))
    const both = (hour: number) => [
      hourOf('A', hour, { families: families(0) }),
      hourOf('B', hour, { families: families(0) }),
    ]
    afterHours(found, 8 * 24, both)
    const own = found.series().filter(({ event, aspect }) => event === 'A' && aspect === 'family')
    expect(own.map(({ value }) => value)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => `ios+${index}.0`),
      'others',
    ])
    expect(found.coverage()[0]?.unwatched.families).toBe(32)
    const gone: string[] = []
    for (let hour = 8 * 24; hour < 30 * 24; hour++) {
      const next = { families: families(1_000) }
      gone.push(...found.take([hourOf('A', hour, next), hourOf('B', hour, next)]).gone.map(({ name }) => name))
    }
    expect(gone).toContain('A · in · ios+0.0')
    expect(found.series().some(({ value }) => value === 'ios+1000.0')).toBe(true)
    expect(found.series().filter(({ aspect }) => aspect === 'family').length).toBeLessThanOrEqual(18)
  })

  it('of a platform that is left alone end with the others’: it is a part of nothing', () => {
    const found = watching(OPTIONS)
    const of = (platforms: Readonly<Record<string, number>>) => ({ platforms: new Map(Object.entries(platforms)) })
    const gone: string[] = []
    for (let hour = 0; hour < 40 * 24; hour++) {
      const both = of(hour < 8 * 24 ? { ios: 300, web: 700 } : { web: 700 })
      gone.push(...found.take([hourOf('A', hour, both)]).gone.map(({ name }) => name))
    }
    expect(gone).toEqual(['A · on · ios', 'A · on · web'])
    expect(found.series().filter(({ aspect }) => aspect === 'platform')).toEqual([])
  })

  it('say what has none because there are too many already', () => {
    const found = watching(OPTIONS)
    const platforms = new Map(Array.from({ length: 8 }, (_, index) => [`p${index}`, 100]))
    const events = Array.from({ length: 2_000 }, (_, index) => hourOf(`E${index}`, 0, { platforms }))
    found.take(events)
    expect(found.series().length).toBeGreaterThanOrEqual(20_000)
    const all = found.coverage()
    const watched = all.map(({ series, unwatched }) => {
      const of = (aspect: string) => series.filter((each) => each.aspect === aspect).length
      return [of('total'), of('platform') + unwatched.platforms, of('property') + unwatched.properties]
    })
    const [first = []] = watched
    expect(new Set(watched.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify([1, 8, first[2]])]))
    expect(all.at(-1)?.unwatched.platforms).toBe(8)
  })

  it('keep their state in bounds, whatever names come', () => {
    const found = watching(OPTIONS)
    for (let hour = 0; hour < 400; hour++) {
      const odd = new Map(Array.from({ length: 200 }, (_, index) => [`v${hour}-${index}`, 50]))
      found.take([
        hourOf('A', hour, { platforms: odd, families: odd }),
        hourOf('B', hour, { platforms: odd, families: odd }),
      ])
    }
    expect(found.series().length).toBeLessThanOrEqual(2 * (1 + 9 + 9 + 1 + 3))
    for (const { platforms, families } of found.save().streams.values()) {
      expect(platforms.names.size + families.names.size).toBeLessThanOrEqual(2 * 264)
    }
  })

  it('don’t depend on the order in which an hour’s events are given, nor on a restart between hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 200 }), (seed, restart) => {
        const hourAt = (hour: number) =>
          ['A', 'B', 'C'].map((event, index) =>
            hourOf(event, hour, {
              received: (seed + hour * (index + 3)) % 97,
              platforms: new Map([
                ['web', (seed + hour) % 31],
                ['ios', (seed * 3 + hour) % 29],
              ]),
              families: new Map([[`web+${Math.floor((hour + seed) / 90)}.0`, 30 + (seed % 7)]]),
            }),
          )
        const plain = watching(OPTIONS)
        let other = watching(OPTIONS, emptyWatching())
        for (let hour = 0; hour < 200; hour++) {
          if (hour === restart) other = watching(OPTIONS, structuredClone(other.save()))
          const hours = hourAt(hour)
          const turned =
            seed % 2 === 0 ? hours.toReversed() : [hours[1], hours[2], hours[0]].flatMap((each) => each ?? [])
          expect(other.take(turned)).toEqual(plain.take(hours))
        }
      }),
      { numRuns: 15 },
    )
  })
})

it('a family of versions is a platform and major.minor', () => {
  expect(familyOf('ios', '4.2.1')).toBe('ios+4.2')
  expect(familyOf('', 'v10.12')).toBe('10.12')
  expect(familyOf('web', '2026.11.3-rc.1')).toBe('web+2026.11')
  for (const odd of ['', '12345', 'nightly', '4', '1234567.1', '4.1234567']) expect(familyOf('ios', odd)).toBeNull()
})
