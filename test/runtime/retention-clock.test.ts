import { expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { createRetentionClock } from '../../src/runtime/retention-clock.ts'

const NOW = Date.UTC(2026, 10, 21)
const one = (at: number, complete = false) => new Map([['web', { at, complete }]])

it('a source that is catching up holds back where it is, however old that is', () => {
  const clock = createRetentionClock()
  for (let step = 0; step < 3 * HOUR; step += 30 * MINUTE) {
    const at = NOW - 300 * DAY + step
    expect(clock.at(one(at), NOW + step)).toBe(at)
  }
})

it('one that stands still does so for two days, and no longer', () => {
  const clock = createRetentionClock()
  const at = NOW - DAY
  expect(clock.at(one(at), NOW)).toBe(at)
  expect(clock.at(one(at), NOW + DAY)).toBe(at)
  expect(clock.at(one(at), NOW + 30 * DAY)).toBe(NOW + 28 * DAY)
  expect(clock.at(one(at + MINUTE), NOW + 30 * DAY + MINUTE)).toBe(at + MINUTE)
})

it('one that is complete or gone holds nothing back', () => {
  const clock = createRetentionClock()
  expect(clock.at(one(NOW - 50 * DAY, true), NOW)).toBe(NOW)
  expect(clock.at(new Map(), NOW)).toBe(NOW)
})
