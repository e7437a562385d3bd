import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, isCalendarDay, parseDuration } from '../../src/model/time.ts'

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['0s', null],
    ['0.0001ms', null],
    ['-1s', null],
    ['10', null],
    ['1 h', null],
    [`${'9'.repeat(400)}d`, null],
    ['9999999999999d', null],
  ])('%s is %s ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected)
  })

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (duration) => {
        expect(parseDuration(formatDuration(duration))).toBe(duration)
      }),
    )
  })
})

it.each([
  ['2026-02-28', true],
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-1-1', false],
  ['', false],
])('%s is on the calendar: %s', (date, expected) => {
  expect(isCalendarDay(date)).toBe(expected)
})
