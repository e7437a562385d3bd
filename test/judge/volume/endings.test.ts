import { describe, expect, it } from 'vitest'
import type { Annotation } from '../../../src/judge/volume/annotation.ts'
import { emptyCountSeries } from '../../../src/judge/volume/count-state.ts'
import { volumeFleet } from '../../../src/judge/volume/fleet.ts'
import { emptyShareSeries } from '../../../src/judge/volume/share-state.ts'
import { HOUR } from '../../../src/model/time.ts'
import { feed, MONDAY, noise, openings, UTC, watch, weekly } from './series.ts'

const QUIET = { ...UTC, falseAlarmsPerWeek: 0.02 }
const all = weekly(20, 3_000, 3)
const next = noise(11)
const part = all.map((count) =>
  Math.round(count * 0.3 + Math.sqrt(count * 0.21) * 1.7 * (next() + next() + next() - 1.5)),
)
/** Changed in hours [from, to). */
const within = (counts: readonly number[], from: number, to: number, by: (count: number) => number | null) =>
  counts.map((count, hour) => (hour >= from && hour < to ? by(count) : count))
const accept = (hour: number): Annotation => ({
  kind: 'accept',
  from: MONDAY + hour * HOUR,
  to: MONDAY + hour * HOUR + 1,
  series: null,
})

describe('an alarm that is open', () => {
  const onset = 10 * 168 + 34

  it('is over when its series begins anew after weeks in which nobody looked', () => {
    const gap = 4 * 168
    const counts = within(within(all, onset, onset + 3, () => 0) as number[], onset + 3, onset + gap, () => null)
    const told = watch([{ name: 'orders', counts }], QUIET)
    expect(openings(told)).toEqual([['outage', 'down', onset + 1]])
    expect(told.at(-1)?.closedAt).toBe(MONDAY + (onset + gap + 1) * HOUR)
  })
  it('of a share is over after four days, also where nothing comes any more of which it could be one', () => {
    const risen = part.map((count, hour) => (hour >= onset ? Math.round(count * 2) : count))
    const ended = (counts: readonly number[]) => counts.map((count, hour) => (hour >= onset + 3 ? 0 : count))
    const told = watch([{ name: 'invalid', counts: ended(risen), totals: ended(all) }], QUIET)
    expect(openings(told)).toEqual([['share', 'up', onset + 1]])
    expect(told.at(-1)?.closedAt).toBe(MONDAY + (onset + 97) * HOUR)
  })
})

describe('weeks in which nobody looked', () => {
  it.each([4, 9, 20, 70])('are no reason for an alarm of what comes then, of an event of %i days', (age) => {
    for (const days of [8, 11, 15, 20, 40])
      for (const level of [30, 1_000]) {
        const counts = weekly(20, level, 3).slice(0, (age + days + 30) * 24)
        const holed = within(counts, age * 24 + 13, (age + days) * 24 + 13, () => null)
        expect(openings(watch([{ name: 'orders', counts: holed }], QUIET)), `${days} days of ${level}`).toEqual([])
      }
  })
})

describe('a fault that ends just before it would be taken for normal', () => {
  it('isn’t: what came back is no surge', () => {
    const few = weekly(3, 1_000, 3)
    for (const [day, hours] of [
      [3, 8],
      [8, 7],
      [10, 6],
    ] as const) {
      const onset = day * 24 + 13
      const told = watch([{ name: 'new', counts: within(few, onset, onset + hours, () => 0) }], QUIET)
      expect(openings(told), `${hours} hours of day ${day}`).toEqual([['outage', 'down', onset + 1]])
    }
    const onset = 10 * 168 + 34
    const grown = watch([{ name: 'orders', counts: within(all, onset, onset + 94, () => 0) }], QUIET)
    expect(openings(grown)).toEqual([['outage', 'down', onset + 1]])
  })
  it('is taken for normal where it goes on, though no hour by itself is far off', () => {
    const onset = 10 * 168 + 34
    const few = weekly(20, 40, 8).map((count, hour) => (hour >= onset ? Math.round(count * 0.72) : count))
    const told = watch([{ name: 'few', counts: few }], { ...UTC, falseAlarmsPerWeek: 5 })
    for (const { openedAt, closedAt } of told.filter(({ kind }) => kind !== 'drift'))
      expect((closedAt ?? openedAt) - openedAt).toBeLessThanOrEqual(105 * HOUR)
    expect(told.at(-1)?.closedAt).not.toBeNull()
  })
})

describe('a part that was all missing once', () => {
  const first = 12 * 168 + 34
  const second = 15 * 168 + 34

  it('is told of as soon when it is missing again', () => {
    const counts = within(within(part, first, first + 8, () => 0) as number[], second, second + 8, () => 0)
    const told = openings(watch([{ name: 'ios', counts: counts as number[], totals: all }], QUIET))
    expect(told.map(([, , hour]) => hour)).toEqual([first + 1, second + 1])
  })
  it('is told of as soon, too, when the first time was accepted', () => {
    const counts = within(within(part, first, first + 48, () => 0) as number[], second, second + 8, () => 0)
    const settings = { ...QUIET, annotations: [accept(first + 24)] }
    const told = openings(watch([{ name: 'ios', counts: counts as number[], totals: all }], settings))
    expect(told.filter(([, way, hour]) => way === 'down' && hour > first + 48)).toEqual([['share', 'down', second + 1]])
  })
})

describe('a silence that was accepted', () => {
  it('is no measure for the next one', () => {
    const first = 12 * 168 + 34
    const second = 15 * 168 + 34
    const counts = within(within(all, first, first + 48, () => 0) as number[], second, second + 8, () => 0)
    const settings = { ...QUIET, annotations: [accept(first + 24)] }
    const told = openings(watch([{ name: 'orders', counts }], settings)).filter(([, , hour]) => hour > first + 48)
    expect(told).toEqual([['outage', 'down', second + 1]])
  })
  it('is none inside of hours either', () => {
    const parts = weekly(12, 1_200, 6).flatMap((count) => Array<number>(12).fill(Math.round(count / 12)))
    const [first, second] = [(8 * 168 + 34) * 12, (10 * 168 + 34) * 12]
    const counts = within(within(parts, first, first + 48 * 12, () => 0) as number[], second, second + 96, () => 0)
    const settings = { ...QUIET, annotations: [accept(first / 12 + 24)] }
    const told = openings(watch([{ name: 'orders', counts, length: HOUR / 12 }], settings))
    const again = told.filter(([, , hour]) => hour > first / 12 + 48)
    expect(again).toEqual([['outage', 'down', second / 12 + 1 / 12]])
  })
})

describe('a level that is accepted', () => {
  it('of a share stays so: what was before the alarm is not learnt into it', () => {
    const onset = 12 * 168 + 34
    const halved = part.map((count, hour) => (hour >= onset ? Math.round(count * 0.5) : count))
    const settings = { ...QUIET, annotations: [accept(onset + 4)] }
    expect(openings(watch([{ name: 'ios', counts: halved, totals: all }], settings))).toEqual([
      ['share', 'down', onset + 1],
    ])
  })
  it('in an hour in which nobody looked is taken with the next that is judged', () => {
    const onset = 10 * 168 + 34
    const tripled = all.map((count, hour) => (hour >= onset ? count * 3 : count))
    const counts = within(tripled, onset + 5, onset + 7, () => null)
    const settings = { ...QUIET, annotations: [accept(onset + 5)] }
    const told = watch([{ name: 'orders', counts }], settings)
    expect(openings(told)).toEqual([['volume', 'up', onset + 1]])
    expect(told.at(-1)?.closedAt).toBe(MONDAY + (onset + 8) * HOUR)
  })
  it('before an alarm opened accepts nothing of it', () => {
    const onset = 10 * 168 + 34
    const tripled = all.map((count, hour) => (hour >= onset ? count * 3 : count))
    const counts = within(tripled, onset - 4, onset, () => null)
    const settings = { ...QUIET, annotations: [accept(onset - 3)] }
    const fleet = volumeFleet(settings)
    feed(fleet, [{ name: 'orders', counts: counts.slice(0, onset + 3) }])
    fleet.finish()
    expect(fleet.open('orders')).not.toBeNull()
  })
})

describe('what a day is held back for', () => {
  it('is over the day after, though its first hour was not observed', () => {
    const day = 11 * 7 + 2
    const quiet = within(all, day * 24, day * 24 + 24, (count) => Math.round(count * 0.5)) as number[]
    const counts = within(quiet, day * 24 + 24, day * 24 + 25, () => null)
    expect(openings(watch([{ name: 'orders', counts }], QUIET))).toEqual([])
  })
  it('of a share as well', () => {
    const day = 11 * 7 + 2
    const moved = within(part, day * 24, day * 24 + 24, (count) => Math.round(count * 1.15)) as number[]
    const counts = within(moved, day * 24 + 24, day * 24 + 25, () => null)
    const seen = { name: 'ios', counts, totals: all }
    expect(openings(watch([{ ...seen, counts: moved }], QUIET))).toEqual([])
    expect(openings(watch([seen], QUIET))).toEqual([])
  })
})

it('windows are no longer than what is kept, whatever a bucket’s length', () => {
  for (let perDay = 1; perDay <= 36; perDay += 1)
    for (const { windows } of [emptyCountSeries(perDay), emptyShareSeries(perDay)]) {
      expect(windows.at(-1)?.steps).toBe(Math.min(64, 2 * perDay))
    }
})
