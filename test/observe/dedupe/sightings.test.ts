import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { createSightings, type Sightings } from '../../../src/observe/dedupe/sightings.ts'
import { processorTime } from '../../support/processor-time.ts'

const T = Date.UTC(2026, 0, 15, 10)
const make = (capacity = 1_000_000, horizon = DAY) => createSightings({ horizon, capacity })

function fill(sightings: Sightings, from: number, count: number, at: (n: number) => Instant): void {
  for (let n = from; n < from + count; n++) sightings.see(`id-${n}`, at(n))
  sightings.commit()
}

describe('sightings', () => {
  it('call an id seen again a duplicate up to the horizon, that instant included', () => {
    const sightings = make()
    expect(sightings.see('a', T)).toBe(false)
    expect(sightings.see('a', T + DAY)).toBe(true)
    expect(sightings.see('b', T)).toBe(false)
    expect(sightings.see('b', T + DAY + 1)).toBe(false)
  })

  it('measure from the sighting before, a duplicate or not', () => {
    const sightings = make()
    expect([0, 1, 2, 3].map((day) => sightings.see('a', T + day * DAY))).toEqual([false, true, true, true])
  })

  it('see earlier records of the same batch', () => {
    const sightings = make()
    expect([sightings.see('a', T), sightings.see('a', T), sightings.see('a', T + 1)]).toEqual([false, true, true])
  })

  it('find as many duplicates in whatever order two records come', () => {
    const sightings = make()
    expect(sightings.see('a', T)).toBe(false)
    expect(sightings.see('a', T - 4 * MINUTE)).toBe(true)
    expect(sightings.see('a', T + DAY)).toBe(true)
  })

  it('are as they were before a batch that is discarded', () => {
    const sightings = make()
    sightings.see('old', T)
    sightings.commit()
    sightings.see('old', T + 20 * HOUR)
    sightings.see('new', T + 20 * HOUR)
    sightings.see('new', T + 20 * HOUR)
    sightings.discard()
    expect(sightings.pending()).toEqual([])
    expect(sightings.see('new', T + 20 * HOUR)).toBe(false)
    expect(sightings.see('old', T + 30 * HOUR)).toBe(false)
  })

  it('a batch that is read again after a discard has the duplicates it had', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(20), fc.nat(3 * 24)), { maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(20), fc.nat(3 * 24)), { maxLength: 60 }),
        (before, batch) => {
          const sightings = make()
          for (const [id, hour] of before) sightings.see(`${id}`, T + hour * HOUR)
          sightings.commit()
          const first = batch.map(([id, hour]) => sightings.see(`${id}`, T + hour * HOUR))
          sightings.discard()
          expect(batch.map(([id, hour]) => sightings.see(`${id}`, T + hour * HOUR))).toEqual(first)
        },
      ),
    )
  })

  it('come back from what was stored as they were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(50), fc.nat(40 * 60)), { minLength: 1, maxLength: 100 }),
        fc.array(fc.tuple(fc.nat(50), fc.nat(40 * 60)), { maxLength: 50 }),
        (stored, later) => {
          const first = make()
          for (const [id, minute] of stored) first.see(`${id}`, T + minute * MINUTE)
          const second = make()
          for (const { hour, bytes } of first.pending()) {
            expect(bytes.length % 12).toBe(0)
            expect(hour % HOUR).toBe(0)
            second.restore(hour, bytes)
          }
          first.commit()
          const ask = (sightings: Sightings) => later.map(([id, minute]) => sightings.see(`${id}`, T + minute * MINUTE))
          expect(ask(second)).toEqual(ask(first))
        },
      ),
    )
  })

  it('take 12 bytes an id and hour, and leave out bytes that are no whole entry', () => {
    const sightings = make()
    sightings.see('a', T)
    sightings.see('b', T + HOUR - 1)
    sightings.see('c', T + HOUR)
    const pending = sightings.pending()
    expect(pending.map(({ hour, bytes }) => [hour, bytes.length])).toEqual([
      [T, 24],
      [T + HOUR, 12],
    ])
    const restored = make()
    restored.restore(T, (pending[0]?.bytes ?? new Uint8Array()).subarray(0, 17))
    expect([restored.size(), restored.see('a', T)]).toEqual([1, true])
  })

  it('stay exact while they grow', () => {
    const sightings = make()
    fill(sightings, 0, 50_000, (n) => T + n)
    let found = 0
    for (let n = 0; n < 60_000; n++) if (sightings.see(`id-${n}`, T + HOUR)) found += 1
    expect(found).toBe(50_000)
    expect(sightings.coveredSince()).toBeNull()
  })

  it('forget what is past the horizon and keep to their room without saying so', () => {
    const sightings = make(10_000)
    // A quarter of the room a day, for a month.
    fill(sightings, 0, 75_000, (n) => T + n * (DAY / 2_500))
    expect(sightings.size()).toBeLessThanOrEqual(10_000)
    expect(sightings.coveredSince()).toBeNull()
  })

  it('shrink the horizon visibly when there is no room, oldest first', () => {
    const sightings = make(10_000)
    fill(sightings, 0, 14_000, (n) => T + n * 1_000)
    expect(sightings.size()).toBeLessThanOrEqual(10_000)
    const since = sightings.coveredSince()
    expect(since).not.toBeNull()
    let missed = 0
    for (let n = 0; n < 14_000; n++) {
      const at = T + n * 1_000
      if (at >= (since ?? 0) && !sightings.see(`id-${n}`, T + 14_000_000)) missed += 1
    }
    expect(missed).toBe(0)
  })

  it('forget the oldest when they get less room, and nothing newer than they say', () => {
    const sightings = make(100_000)
    fill(sightings, 0, 60_000, (n) => T + n * 1_000)
    sightings.resize(20_000)
    expect(sightings.size()).toBeGreaterThan(6_000)
    sightings.resize(5_000)
    expect(sightings.size()).toBeLessThanOrEqual(5_000)
    expect(sightings.size()).toBeGreaterThan(1_500)
    const since = sightings.coveredSince() ?? 0
    const left = Array.from({ length: 60_000 }, (_, n) => n).filter((n) => T + n * 1_000 >= since - 1)
    expect(left.length).toBe(sightings.size())
    expect(left.slice(-500).every((n) => sightings.see(`id-${n}`, T + DAY))).toBe(true)
  })

  it('cover the horizon again once what was forgotten is past it', () => {
    const sightings = make(10_000)
    fill(sightings, 0, 15_000, (n) => T + n)
    expect(sightings.coveredSince()).not.toBeNull()
    fill(sightings, 15_000, 30_000, (n) => T + 3 * DAY + n * (DAY / 2_500))
    expect(sightings.coveredSince()).toBeNull()
  })

  it('stay quick and bounded when all ids come at one instant', () => {
    const sightings = make(10_000)
    const started = processorTime()
    fill(sightings, 0, 200_000, () => T)
    expect(processorTime() - started).toBeLessThan(10_000)
    expect(sightings.size()).toBeLessThanOrEqual(10_000)
  })

  it('are not emptied by one record from the far future', () => {
    const sightings = make()
    sightings.see('future', Date.UTC(2099, 0, 1))
    fill(sightings, 0, 20_000, (n) => T + n)
    let found = 0
    for (let n = 0; n < 20_000; n++) if (sightings.see(`id-${n}`, T + HOUR)) found += 1
    expect(found).toBe(20_000)
  })
})
