import { expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import { createHeldClock } from '../../src/runtime/held-clock.ts'

const T = Date.UTC(2026, 9, 20)

function clockOf(hold: number) {
  let [world, passed] = [T, 0]
  const clock = createHeldClock({ now: () => world, steady: () => passed, hold })
  return {
    clock,
    /** Time passes, minute by minute, and the clock is looked at. */
    wait: (by: number): number => {
      let read = clock()
      for (let minute = 0; minute < by; minute += MINUTE) {
        world += MINUTE
        passed += MINUTE
        read = clock()
      }
      return read
    },
    step: (by: number): void => {
      world += by
    },
  }
}

it('goes with the world’s, and with small steps of it both ways', () => {
  const { clock, wait, step } = clockOf(DAY)
  expect(wait(5 * HOUR)).toBe(T + 5 * HOUR)
  step(40 * MINUTE)
  expect(clock()).toBe(T + 5 * HOUR + 40 * MINUTE)
  step(-3 * HOUR)
  expect(clock()).toBe(T + 2 * HOUR + 40 * MINUTE)
})

it('that is set forward by a year and right again never was ahead', () => {
  const { wait, step } = clockOf(DAY)
  step(365 * DAY)
  expect(wait(20 * HOUR)).toBe(T + 20 * HOUR)
  step(-365 * DAY)
  expect(wait(5 * HOUR)).toBe(T + 25 * HOUR)
})

it('that stays ahead is believed after a while', () => {
  const { wait, step } = clockOf(DAY)
  step(30 * DAY)
  expect(wait(DAY - MINUTE)).toBe(T + DAY - MINUTE)
  expect(wait(MINUTE)).toBe(T + 31 * DAY)
  expect(wait(HOUR)).toBe(T + 31 * DAY + HOUR)
})

it('that is set forward twice is held from the first time on', () => {
  const { wait, step } = clockOf(DAY)
  step(30 * DAY)
  wait(HOUR)
  step(30 * DAY)
  expect(wait(HOUR)).toBe(T + 2 * HOUR)
})
