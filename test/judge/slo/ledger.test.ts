import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLedger, startOf } from '../../../src/judge/slo/ledger.ts'
import { DAY, floorTo, HOUR, MINUTE } from '../../../src/model/time.ts'

const LENGTHS = [5 * MINUTE, HOUR, DAY, 3 * DAY, 7 * DAY]
const BASE = Date.UTC(2026, 0, 5, 3, 17)

describe('a ledger', () => {
  it('holds in every window what adding up its minutes gives, whatever comes late or early', () => {
    const change = fc.record({
      advance: fc.integer({ min: 0, max: 400 }),
      offset: fc.integer({ min: -3000, max: 300 }),
      bad: fc.integer({ min: 0, max: 9 }),
      good: fc.integer({ min: 0, max: 50 }),
    })
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 60 }),
        fc.option(fc.integer({ min: 0, max: 59 })),
        (changes, clipAfter) => {
          const ledger = createLedger(BASE, LENGTHS)
          const minutes = new Map<number, { bad: number; total: number }>()
          let clip = Number.NEGATIVE_INFINITY
          changes.forEach(({ advance, offset, bad, good }, index) => {
            const start = Math.max(ledger.at() + offset * MINUTE, BASE - 2 * DAY)
            minutes.set(start, { bad, total: bad + good })
            ledger.setMinute(start, bad, bad + good)
            for (let step = 0; step < advance; step++) ledger.advance()
            if (index === clipAfter) {
              clip = ledger.at() - 20 * MINUTE
              ledger.clip(clip)
            }
          })
          const at = ledger.at()
          const added = (from: number) => {
            let bad = 0
            let total = 0
            for (const [start, tally] of minutes) {
              if (start >= from && start < at) {
                bad += tally.bad
                total += tally.total
              }
            }
            return { bad, total }
          }
          for (const length of LENGTHS) {
            expect(ledger.sum(length)).toEqual(added(startOf(at, length)))
            expect(ledger.clippedSum(length)).toEqual(added(Math.max(clip, startOf(at, length))))
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it('starts windows over 24 h at the hour', () => {
    const at = Date.UTC(2026, 0, 10, 12, 34)
    expect(startOf(at, DAY)).toBe(at - DAY)
    expect(startOf(at, 3 * DAY)).toBe(Date.UTC(2026, 0, 7, 12, 0))
  })

  it('takes ended hours from their own row, and what is in the running hour from minutes', () => {
    const at = Date.UTC(2026, 0, 10, 12, 2)
    const ledger = createLedger(at, LENGTHS)
    ledger.setHour(floorTo(at - 5 * DAY, HOUR), 7, 700)
    ledger.setHour(floorTo(at, HOUR), 1000, 1000)
    ledger.setMinute(at - MINUTE, 1, 10)
    expect(ledger.sum(7 * DAY)).toEqual({ bad: 8, total: 710 })
    expect(ledger.sum(3 * DAY)).toEqual({ bad: 1, total: 10 })
  })

  it('knows what came since a clip from hours whose minutes are no longer kept', () => {
    const at = Date.UTC(2026, 0, 10, 12, 2)
    const ledger = createLedger(at, LENGTHS)
    ledger.clip(at - 60 * HOUR)
    ledger.setMinute(floorTo(at - 50 * HOUR, HOUR) + 30 * MINUTE, 1, 10)
    ledger.setHour(floorTo(at - 50 * HOUR, HOUR), 4, 40)
    ledger.setHour(floorTo(at - 70 * HOUR, HOUR), 5, 50)
    expect(ledger.clippedSum(3 * DAY)).toEqual({ bad: 4, total: 40 })
    expect(ledger.sum(3 * DAY)).toEqual({ bad: 9, total: 90 })
  })
})
