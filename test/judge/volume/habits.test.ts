import { describe, expect, it } from 'vitest'
import { DAY, HOUR } from '../../../src/model/time.ts'
import { MONDAY, noise, openings, UTC, watch, weekly } from './series.ts'

const QUIET = { ...UTC, falseAlarmsPerWeek: 0.02 }
const hours = (weeks: number, count: (day: number, hour: number) => number): number[] =>
  Array.from({ length: weeks * 168 }, (_, index) => count(Math.floor(index / 24), index % 24))

/** A thousand at two in the night, a little more or less; on these nights at three. */
function batches(weeks: number, late: ReadonlySet<number>, missing: number | null = null): number[] {
  const next = noise(4)
  const sizes = Array.from({ length: weeks * 7 }, () => Math.round(1_000 + 60 * (next() - 0.5)))
  return hours(weeks, (day, hour) => (day !== missing && hour === (late.has(day) ? 3 : 2) ? (sizes[day] ?? 0) : 0))
}

describe('a batch that comes an hour late now and then', () => {
  const late = new Set([40, 55, 61, 78, 90, 101])
  it('is told of once', () => {
    const told = openings(watch([{ name: 'batch', counts: batches(15, late) }], QUIET))
    expect(told.map(([, , hour]) => Math.floor(hour / 24))).toEqual([40])
  })
  it('is told of an hour later when it does not come at all', () => {
    const told = openings(watch([{ name: 'batch', counts: batches(15, late, 95) }], QUIET))
    expect(told.slice(1).map(([, way, hour]) => [way, hour])).toEqual([['down', 95 * 24 + 4]])
  })
  it('is waited for by no series that counts all day', () => {
    const counts = weekly(12, 500).map((count, hour) => (hour === 1_500 ? 0 : hour === 1_501 ? count * 2 : count))
    const onset = 11 * 168 + 40
    const gone = counts.map((count, hour) => (hour >= onset && hour < onset + 4 ? 0 : count))
    expect(openings(watch([{ name: 'orders', counts: gone }], QUIET)).at(-1)).toEqual(['outage', 'down', onset + 1])
  })
})

describe('what is closed at night and on Sundays', () => {
  const next = noise(8)
  const counts = hours(9, (day, hour) =>
    hour < 8 || hour > 20 || day % 7 === 6 ? 0 : Math.round(200 + 30 * (next() + next() - 1)),
  )
  it('alarms in its first night, not on its first Sunday nor on any other', () => {
    const told = openings(watch([{ name: 'shop', counts }], QUIET))
    expect(told.map(([, , hour]) => Math.floor(hour / 24))).toEqual([0])
  })
  it('alarms on the Monday on which it does not open', () => {
    const shut = counts.map((count, hour) => (Math.floor(hour / 24) === 56 ? 0 : count))
    const told = openings(watch([{ name: 'shop', counts: shut }], QUIET))
    expect(told.at(-1)).toEqual(['outage', 'down', 56 * 24 + 9])
  })
})

describe('a batch of the first day', () => {
  const counts = hours(4, (day, hour) => (day % 7 === 0 && hour === 3 ? 20_000 : 400 + ((day * 24 + hour) % 7)))
  it('may come once a week', () => {
    expect(openings(watch([{ name: 'mondays', counts }], QUIET))).toEqual([])
  })
})

describe('an outage in the midst of a surge', () => {
  it('is told at the end of its first hour, and the surge is over', () => {
    const onset = 10 * 168 + 30
    const counts = weekly(11, 400).map((count, hour) =>
      hour < onset || hour >= onset + 16 ? count : hour < onset + 10 ? count * 3 : 0,
    )
    const told = watch([{ name: 'orders', counts }], QUIET)
    expect(openings(told)).toEqual([
      ['volume', 'up', onset + 1],
      ['outage', 'down', onset + 11],
    ])
    expect(told[1]?.closedAt).toBe(told[2]?.openedAt)
  })
})

describe('what writes an hour that it has not seen as zero', () => {
  const next = noise(14)
  const written = weekly(8, 600).map((count) => (next() < 0.05 ? 0 : count))
  const onset = 7 * 168 + 34
  const toldAfter = (counts: readonly number[], from: number) =>
    openings(watch([{ name: 'scrape', counts }], QUIET)).filter(([, , hour]) => hour > from)

  it('is told of in its first days only', () => {
    expect(toldAfter(written, 7 * 24).length).toBeLessThanOrEqual(1)
  })
  it('is told of when it goes on for longer', () => {
    const gone = written.map((count, hour) => (hour >= onset && hour < onset + 8 ? 0 : count))
    const [first] = toldAfter(gone, onset)
    expect(first?.slice(0, 2)).toEqual(['outage', 'down'])
    expect(first?.[2]).toBeLessThanOrEqual(onset + 4)
  })
  it('is told of when only half comes', () => {
    const half = written.map((count, hour) => (hour >= onset && hour < onset + 8 ? Math.round(count / 2) : count))
    expect(toldAfter(half, onset)[0]?.slice(0, 2)).toEqual(['volume', 'down'])
  })
  it('may do so inside of its hours', () => {
    const skips = noise(15)
    const each = weekly(3, 1_200, 3).flatMap((count) =>
      Array.from({ length: 12 }, () => (skips() < 0.05 ? 0 : Math.round(count / 12))),
    )
    const told = openings(watch([{ name: 'scrape', counts: each, length: HOUR / 12 }], QUIET))
    expect(told.filter(([, , hour]) => hour > 3 * 24).length).toBeLessThanOrEqual(1)
  })
})

describe('what comes every month', () => {
  const usual = weekly(16, 300, 7)
  const days = (dates: readonly number[], times: number) =>
    usual.map((count, hour) => (dates.includes(Math.floor(hour / 24)) ? Math.round(count * times) : count))
  /** Days since 5 January 2026. */
  const firsts = [27, 55, 86]
  const lastWorkdays = [25, 53, 85]

  it.each([
    ['on its first day', firsts],
    ['on its last working day', lastWorkdays],
  ])('%s is told once', (_, dates) => {
    const told = openings(watch([{ name: 'bills', counts: days(dates, 2) }], QUIET))
    expect(told.map(([, way, hour]) => [way, Math.floor(hour / 24)])).toEqual([['up', dates[0]]])
  })
  it('is told again when it is much more, or on another day', () => {
    const more = usual.map((count, hour) => {
      const day = Math.floor(hour / 24)
      return Math.round(count * (day === 27 ? 2 : day === 55 ? 5 : day === 75 ? 2 : 1))
    })
    const told = openings(watch([{ name: 'bills', counts: more }], QUIET))
    expect(new Set(told.map(([, , hour]) => Math.floor(hour / 24)))).toEqual(new Set([27, 55, 75]))
  })
})

describe('a change that goes on', () => {
  it('is told of once while it goes on at the same pace', () => {
    const grown = weekly(18, 400, 5).map((count, hour) => Math.round(count * 1.1 ** (hour / 168)))
    const told = openings(watch([{ name: 'orders', counts: grown }], QUIET))
    expect(told.filter(([kind]) => kind === 'drift').length).toBeLessThanOrEqual(1)
    expect(told.length).toBeLessThanOrEqual(2)
  })
  it('is no drift as well where it was a step, and taken for normal', () => {
    const onset = 9 * 168 + 30
    const lifted = weekly(16, 400, 5).map((count, hour) => (hour < onset ? count : Math.round(count * 1.6)))
    const told = openings(watch([{ name: 'orders', counts: lifted }], QUIET))
    expect(told.map(([kind, way]) => [kind, way])).toEqual([['volume', 'up']])
  })
})

describe('counts of days', () => {
  it('that halve on a working day are told of after the second one: one may be a holiday', () => {
    const next = noise(21)
    const counts = Array.from({ length: 20 * 7 }, (_, day) => {
      const usual = (day % 7 >= 5 ? 600 : 1_000) * (1 + 0.1 * (next() + next() - 1))
      return Math.round(day >= 18 * 7 + 1 && day < 18 * 7 + 5 ? usual / 2 : usual)
    })
    const told = openings(watch([{ name: 'sales', counts, length: 24 * HOUR }], QUIET))
    expect(told[0]).toEqual(['volume', 'down', (18 * 7 + 3) * 24])
  })
})

describe('years before 1970', () => {
  it('are years like others', () => {
    const onset = 9 * 168 + 30
    const from = Date.UTC(1959, 0, 5)
    const counts = weekly(10, 400).map((count, hour) => (hour >= onset && hour < onset + 4 ? 0 : count))
    const told = watch([{ name: 'births', counts, from }], QUIET).filter(({ closedAt }) => closedAt === null)
    expect(told.map(({ kind, openedAt }) => [kind, (openedAt - from) / HOUR])).toEqual([['outage', onset + 1]])
  })
})

describe('bursts where little comes', () => {
  it('those of every Monday are learnt in four weeks', () => {
    const next = noise(6)
    const counts = hours(12, (day, hour) => (day % 7 === 0 && hour === 3 ? 400 : 0) + Math.floor(4 * next()))
    const told = openings(watch([{ name: 'newsletter', counts }], QUIET))
    expect(told.filter(([kind, , hour]) => kind !== 'drift' && hour > 4 * 168)).toEqual([])
  })
  it('alarm less and less', () => {
    const next = noise(7)
    const bursts = [1_000, 1_290, 1_571, 1_777, 1_803, 1_900]
    const counts = hours(12, (day, hour) => Math.floor(5 * next()) + (bursts.includes(day * 24 + hour) ? 60 : 0))
    const told = openings(watch([{ name: 'small', counts }], QUIET))
    expect(told[0]).toEqual(['volume', 'up', 1_001])
    expect(told.length).toBeLessThanOrEqual(bursts.length / 2)
  })
})

describe('a share', () => {
  const all = weekly(13, 6_000, 5)
  const next = noise(11)
  const usual = all.map((count, hour) => {
    const share = Math.floor(hour / 24) % 7 >= 5 ? 0.3 : 0.27
    return Math.round(count * share + Math.sqrt(count * 0.2) * 1.7 * (next() + next() + next() - 1.5))
  })
  /** Of the day's records, from local midnight on or from noon. */
  const moved = (from: number, by: number) =>
    usual.map((count, hour) => (hour >= from && hour < 81 * 24 ? Math.round(count * by) : count))

  it('may be another one on a holiday that nobody tagged', () => {
    expect(openings(watch([{ name: 'ios', counts: moved(80 * 24, 1.13), totals: all }], QUIET))).toEqual([])
  })
  it('may not from noon on', () => {
    const told = openings(watch([{ name: 'ios', counts: moved(80 * 24 + 12, 1.13), totals: all }], QUIET))
    expect(told[0]?.slice(0, 2)).toEqual(['share', 'up'])
  })
  it('that is all missing at night is told within three hours, though few come then', () => {
    const few = weekly(13, 50, 9)
    const next = noise(12)
    const part = few.map((count) => Array.from({ length: count }, next).filter((at) => at < 0.27).length)
    const onset = 12 * 168 + 24 + 1
    const gone = part.map((count, hour) => (hour >= onset ? 0 : count))
    const told = openings(watch([{ name: 'ios', counts: gone, totals: few }], QUIET)).filter(
      ([, , hour]) => hour > onset,
    )
    expect(told[0]?.slice(0, 2)).toEqual(['share', 'down'])
    expect(told[0]?.[2]).toBeLessThanOrEqual(onset + 3)
  })
  it('that falls while an alarm of its rise is open is told, and the rise is over', () => {
    const onset = 12 * 168 + 34
    const swung = usual.map((count, hour) =>
      hour < onset ? count : Math.round(count * (hour < onset + 3 ? 1.25 : 0.7)),
    )
    const told = watch([{ name: 'ios', counts: swung, totals: all }], QUIET)
    const late = told.filter(({ openedAt }) => openedAt > (told[0]?.openedAt ?? 0) - 1)
    expect(openings(late).slice(-2)).toEqual([
      ['share', 'up', onset + 1],
      ['share', 'down', onset + 4],
    ])
  })
  it('may not be a third less from midnight on', () => {
    const told = openings(watch([{ name: 'ios', counts: moved(80 * 24, 0.65), totals: all }], QUIET))
    expect(told[0]?.slice(0, 2)).toEqual(['share', 'down'])
  })
})

describe('what comes back after weeks of nothing', () => {
  // Of events of three and six weeks, and of one of eight days; the last is away for less than the level remembers.
  const away = (from: number, days: number) =>
    weekly(14, 400, 5).map((count, hour) => (hour >= from && hour < from + days * 24 ? 0 : count))
  it.each([
    [500, 30],
    [500, 16],
    [200, 45],
    [1_000, 12],
    [1_000, 9],
  ])('after %i hours, for %i days: its end is told, and its return is no alarm', (from, days) => {
    const told = openings(watch([{ name: 'seasonal', counts: away(from, days) }], QUIET))
    expect(told).toEqual([['outage', 'down', from + 1]])
  })
  it('is watched again in its second week', () => {
    const onset = 500 + 30 * 24 + 9 * 24 + 12
    const counts = away(500, 30).map((count, hour) =>
      hour >= onset && hour < onset + 24 ? Math.round(count / 2) : count,
    )
    const told = openings(watch([{ name: 'seasonal', counts }], QUIET))
    expect(told.slice(1, 2).map(([kind, way, hour]) => [kind, way, hour - onset < 24])).toEqual([
      ['volume', 'down', true],
    ])
  })
})

describe('a share in daily counts', () => {
  it('is nothing unusual on its second day, whatever it is', () => {
    const totals = Array.from({ length: 30 }, (_, day) => 10_000 + 37 * (day % 5))
    const counts = totals.map((total, day) => Math.round(total * (0.17 + 0.002 * (day % 3))))
    const told = watch([{ name: 'ios', counts, totals, length: 24 * HOUR }], { ...UTC, falseAlarmsPerWeek: 1 })
    expect(told).toEqual([])
  })
})

describe('a day that may be a holiday', () => {
  const day = 10 * 7 + 2
  /** Less all day; least in the morning, as when people sleep longer. */
  const asHoliday = (counts: readonly number[], factor: number) =>
    counts.map((count, hour) => {
      if (Math.floor(hour / 24) !== day) return count
      return Math.round(count * factor * (hour % 24 < 8 ? 0.5 : hour % 24 < 11 ? 0.7 : 1))
    })

  it('is none where a surge begins: that is told, not that less had come until then', () => {
    const onset = day * 24 + 11
    const counts = asHoliday(weekly(12, 2_000, 9), 0.5).map((count, hour) =>
      hour === onset || hour === onset + 1 ? count * 3 : count,
    )
    expect(openings(watch([{ name: 'orders', counts }], QUIET))).toEqual([['volume', 'up', onset + 1]])
  })

  it('is not told of where few come, though of many hours one fits a fault by chance', () => {
    const courses = Array.from({ length: 20 }, (_, seed) => ({
      name: `orders-${seed}`,
      counts: asHoliday(weekly(11, 100, seed), 0.4),
    }))
    const alarms = watch(courses, { ...UTC, falseAlarmsPerWeek: 20 * QUIET.falseAlarmsPerWeek })
    expect(alarms.filter(({ openedAt }) => Math.floor((openedAt - MONDAY) / DAY) === day)).toEqual([])
  })
})

describe('what has business hours, and a few records at night and at weekends', () => {
  it('keeps its season when it opens on Mondays', () => {
    const next = noise(12)
    const counts = hours(12, (day, hour) => {
      const mean = hour >= 8 && hour < 18 && day % 7 < 5 ? 1_250 : 10
      return Math.round(mean + Math.sqrt(mean) * 1.7 * (next() + next() + next() - 1.5))
    })
    const told = openings(watch([{ name: 'office', counts }], QUIET)).filter(
      ([kind, , hour]) => kind !== 'drift' && hour > 4 * 168,
    )
    expect(told).toEqual([])
  })
})
