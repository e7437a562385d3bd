import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backtest } from '../../src/cli/backtest.ts'
import type { Io } from '../../src/cli/io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { DAY, type Duration, HOUR, iso, MINUTE } from '../../src/model/time.ts'
import { seeded } from '../support/random.ts'
import { type TestProject, testProject } from './project.ts'

const HEADER = 'series,at,count,total'
const START = Date.UTC(2026, 0, 5)
const WEEK_HOURS = 168
const LIMITS = { ahead: 1_000, most: 100_000 }

let project: TestProject
beforeAll(() => {
  project = testProject()
})
afterAll(() => project.remove())

const run = (text: string | Uint8Array, change: Partial<Io> = {}, name = 'counts.csv', rows = LIMITS) => {
  project.write(name, text)
  return project.run(
    (io) => backtest({ counts: name, config: '', zone: 'Europe/Berlin', falseAlarmsPerWeek: 1, json: false }, io, rows),
    change,
  )
}
const problemsOf = async (...lines: string[]) => {
  const { code, out, err } = await run(`${[HEADER, ...lines].join('\n')}\n`)
  expect(out).toBe('')
  return { code, err: err.trimEnd() }
}

/** Steady counts with a daily shape; silence from hour 600 to 612. */
function rowsOf(series: string, weeks = 5, seed = 1): string[] {
  const random = seeded(seed)
  return Array.from({ length: weeks * WEEK_HOURS }, (_, hour) => {
    const mean = 2_000 + 800 * Math.sin((2 * Math.PI * hour) / 24)
    const count = hour >= 600 && hour < 612 ? 0 : Math.round(mean + 60 * (random.next() - 0.5))
    return `${series},${iso(START + hour * HOUR)},${count},`
  })
}
const byTime = (rows: readonly string[]) =>
  rows.toSorted((a, b) => (a.split(',')[1] ?? '').localeCompare(b.split(',')[1] ?? ''))
const file = (rows: readonly string[]) => `${[HEADER, ...rows].join('\n')}\n`
const SERIES = ['orders', 'sign_ups', 'refunds'].flatMap((name, index) => rowsOf(name, 5, index))

describe('backtest', () => {
  it('prints an alarm a line, from when it could be known', async () => {
    const { code, out, err } = await run(file(rowsOf('orders')))
    expect(code).toBe(0)
    const alarms = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const [silence] = alarms.filter(({ direction }) => direction === 'down')
    expect(Object.keys(silence)).toEqual([
      'schema_version',
      'series',
      'kind',
      'direction',
      'opened_at',
      'closed_at',
      'observed',
      'expected',
      'lower',
      'upper',
    ])
    expect(silence).toMatchObject({ series: 'orders', opened_at: iso(START + 601 * HOUR) })
    expect(Date.parse(silence.closed_at)).toBeGreaterThan(START + 612 * HOUR)
    expect(err).toMatch(/^1 series, 840 buckets, 5\.0 weeks: \d+ alarms? /)
  })

  it('is the same however the file is ordered, and however much of it is kept', async () => {
    const grouped = await run(file(SERIES))
    expect(grouped.out).not.toBe('')
    const sorted = byTime(SERIES)
    const shuffled = sorted
      .map((row, index) => [(index * 7919) % sorted.length, row] as const)
      .toSorted(([a], [b]) => a - b)
    expect((await run(file(sorted))).out).toBe(grouped.out)
    expect((await run(file(sorted), {}, 'counts.csv', { ahead: 1e9, most: 1e9 })).out).toBe(grouped.out)
    expect((await run(file(shuffled.map(([, row]) => row)))).out).toBe(grouped.out)
    const late = [...sorted.slice(0, -900), ...sorted.slice(-900).toReversed()]
    expect((await run(file(late))).out).toBe(grouped.out)
    expect((await run(gzipSync(file(sorted)), {}, 'counts.csv.gz')).out).toBe(grouped.out)
  })

  it('reads standard input, in pieces', async () => {
    const whole = Buffer.from(file(byTime(SERIES)))
    const stdin = (async function* () {
      for (let at = 0; at < whole.length; at += 4_099) yield whole.subarray(at, at + 4_099)
    })()
    const piped = await project.run(
      (io) =>
        backtest({ counts: '-', config: '', zone: 'Europe/Berlin', falseAlarmsPerWeek: 1, json: true }, io, LIMITS),
      { stdin },
    )
    expect(piped.out).toBe((await run(file(SERIES))).out)
  })

  it('changes no earlier alarm when the file is cut off earlier', async () => {
    const rows = rowsOf('orders')
    const openings = async (hours: number) =>
      (await run(file(rows.slice(0, hours)))).out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).opened_at)
    const all = await openings(rows.length)
    for (const hours of [400, 601, 605, 700]) {
      const end = iso(START + hours * HOUR)
      expect(await openings(hours)).toEqual(all.filter((at) => at <= end))
    }
  })

  it('takes gaps, zeros, a series of three rows and huge counts as data, and says what is missing', async () => {
    const rows = rowsOf('orders').filter((_, hour) => hour % 50 !== 3)
    const odd = [
      ...rows,
      ...[0, 1, 2].map((hour) => `short,${iso(START + hour * HOUR)},3,`),
      ...[0, 5, 12].map((hour) => `few,${iso(START + hour * HOUR)},3,`),
      ...Array.from({ length: 500 }, (_, hour) => `nothing,${iso(START + hour * HOUR)},0,`),
      ...Array.from(
        { length: 500 },
        (_, hour) => `huge,${iso(START + hour * HOUR)},${hour === 400 ? '1e12' : '12.0'},`,
      ),
      ...Array.from({ length: 500 }, (_, hour) => `empty_share,${iso(START + hour * HOUR)},0,0`),
    ]
    const { code, out, err } = await run(file(odd))
    expect(code).toBe(0)
    expect(out).not.toMatch(/NaN|null,"expected/)
    expect(err).toContain('27 buckets without a row: unobserved; where nothing came, the count is 0.')
  })

  it('prints a table on a terminal', async () => {
    const { out } = await run(file(rowsOf('orders')), { isTerminal: true })
    expect(out).toMatch(/^OPENED +CLOSED +SERIES +KIND +DIRECTION +OBSERVED +EXPECTED +BAND\n2026-01-30 01:00Z/)
    expect((await run(file(rowsOf('orders').slice(0, 30)), { isTerminal: true })).out).toBe(
      'There would have been no alarm.\n',
    )
  })

  it.each<[string, Duration]>([
    ['five minutes', 5 * MINUTE],
    ['half an hour', 30 * MINUTE],
    ['six hours', 6 * HOUR],
    ['a day', DAY],
  ])('takes buckets of %s', async (_name, length) => {
    const rows = Array.from(
      { length: 400 },
      (_, index) => `orders,${iso(START + index * length)},${1_000 + (index % 7)},`,
    )
    const { code, err } = await run(file(rows))
    expect([code, err]).toEqual([0, expect.stringContaining('1 series, 400 buckets')])
  })

  it('takes days of the zone, which are 23 and 25 hours long where the clocks change', async () => {
    const days = Array.from({ length: 300 }, (_, day) => {
      const local = new Date(Date.UTC(2026, 0, 5 + day))
      const isSummer = local >= new Date('2026-03-30') && local < new Date('2026-10-26')
      return `orders,${iso(local.getTime() - (isSummer ? 2 : 1) * HOUR)},1000,`
    })
    expect(await run(file(days))).toMatchObject({ code: 0, err: expect.stringContaining('300 buckets') })
  })

  it('reads names in quotes, columns in any order, a byte order mark and CRLF', async () => {
    const lines = ['at,count,series', '2026-01-05,1,"a, ""b""\nc"', '2026-01-06 00:00,2,"a, ""b""\nc"', '']
    const { code, err } = await run(`\uFEFF${lines.join('\r\n')}`)
    expect([code, err]).toEqual([
      0,
      '1 series, 2 buckets, 0.1 weeks: 0 alarms (0.00 a week; the budget for false ones is 1).\n',
    ])
  })
})

describe('a file that isn’t right is refused with its line', () => {
  const at = (hour: number) => iso(START + hour * HOUR)
  const good = `orders,${at(0)},5,`
  it.each<[string, readonly string[], string]>([
    ['a count below zero', [good, `orders,${at(1)},-3,`], '3: count is -3: a count is a whole number, 0 or more'],
    ['a fraction', [`orders,${at(1)},2.5,`], '2: count is 2.5: a count is a whole number, 0 or more'],
    ['no count', [`orders,${at(1)},,`], '2: count is empty: a count is a whole number, 0 or more'],
    ['NaN', [`orders,${at(1)},NaN,`], '2: count is NaN: a count is a whole number, 0 or more'],
    ['a total below the count', [`orders,${at(1)},5,4`], '2: the total, 4, is less than the count, 5'],
    [
      'a total that is no number',
      [`orders,${at(1)},5,x`],
      '2: total is x: a total is a whole number, 0 or more; empty where there is none',
    ],
    [
      'a time that is none',
      ['orders,yesterday,5,'],
      '2: at is yesterday: the start of a bucket is written like 2026-10-01T13:00:00Z',
    ],
    [
      'a day that isn’t on the calendar',
      ['orders,2026-02-30T00:00Z,5,'],
      '2: at is 2026-02-30T00:00Z: the start of a bucket is written like 2026-10-01T13:00:00Z',
    ],
    [
      'a time too early',
      ['orders,1970-01-01T00:00Z,5,'],
      '2: at is 1970-01-01T00:00Z: buckets start between 2010 and 2100',
    ],
    ['no name', [`,${at(1)},5,`], '2: the series has no name'],
    ['too few fields', [`orders,${at(1)}`], '2: 2 fields instead of 4; a name with a comma is written in quotes'],
    ['too many', [`a,b,${at(1)},5,`], '2: 5 fields instead of 4; a name with a comma is written in quotes'],
    [
      'an open quote',
      [`"orders,${at(1)},5,`],
      '2: a quote is left open, or stands inside a field: a name with quotes is written "a ""b"""',
    ],
    [
      'the same bucket twice',
      [good, `orders,${at(1)},5,`, good],
      `4: the bucket of orders that starts at ${at(0)} stands in line 2 already`,
    ],
    [
      'a share that is a volume for an hour',
      [`orders,${at(0)},5,9`, `orders,${at(1)},5,`],
      '3: orders is a share from line 2 on; here its total is empty',
    ],
    [
      'buckets out of step',
      [...Array.from({ length: 30 }, (_, hour) => `orders,${at(hour)},5,`), `orders,${at(30.5)},5,`],
      '32: 1h30m after line 31, but buckets of orders are 1h long: a series keeps one length',
    ],
    [
      'buckets of a minute',
      [good, `orders,${at(1 / 60)},5,`],
      '2: buckets of orders are 1m long: they may be from 5m to 1d',
    ],
    [
      'buckets of a week',
      [good, `orders,${at(168)},5,`],
      '2: buckets of orders are 7d long: they may be from 5m to 1d',
    ],
  ])('%s', async (_name, lines, message) => {
    expect(await problemsOf(...lines)).toEqual({ code: 2, err: `assay: counts.csv:${message}` })
  })

  it('buckets that become shorter', async () => {
    const hours = Array.from({ length: 50 }, (_, hour) => `orders,${at(hour)},5,`)
    const halves = Array.from({ length: 50 }, (_, half) => `orders,${at(50 + half / 2)},5,`)
    expect(await problemsOf(...hours, ...halves)).toEqual({
      code: 2,
      err: 'assay: counts.csv:53: 30m after line 52, but buckets of orders are 1h long: a series keeps one length',
    })
  })

  it('buckets that become longer', async () => {
    const hours = Array.from({ length: 50 }, (_, hour) => `orders,${at(hour)},5,`)
    const days = Array.from({ length: 30 }, (_, day) => `orders,${at(72 + 24 * day)},5,`)
    expect(await problemsOf(...hours, ...days)).toEqual({
      code: 2,
      err: 'assay: counts.csv:53: 1d after line 52, but buckets of orders are 1h long: a series keeps one length',
    })
  })

  it.each([
    ['no header', good, '1: the header lacks series, at, count: the first line is series,at,count,total'],
    ['another column', 'series,at,count,totl\n', '1: the header has totl: the first line is series,at,count,total'],
    ['nothing', '', '1: the file is empty: the first line is series,at,count,total'],
  ])('%s', async (_name, text, message) => {
    expect(await run(text)).toEqual({ code: 2, out: '', err: `assay: counts.csv:${message}\n` })
  })

  it('says every problem, up to twenty', async () => {
    const { err } = await problemsOf(...Array.from({ length: 50 }, (_, hour) => `orders,${at(hour)},-1,`))
    expect(err.split('\n')).toHaveLength(20)
  })

  it('says when there is no such file, zone or budget', async () => {
    const command = (...args: string[]) => project.run((io) => runProgram(['backtest', ...args], io))
    expect(await command('--counts', 'none.csv')).toMatchObject({ code: 2, err: 'assay: There is no file none.csv.\n' })
    const zone = await command('--counts', 'counts.csv', '--zone', 'Mars/Base')
    expect(zone).toMatchObject({
      code: 2,
      err: 'assay: there is no time zone Mars/Base: write one like Europe/Berlin\n',
    })
    for (const budget of ['0', '-1', 'many', '']) {
      const { code, err } = await command('--counts', 'counts.csv', '--false-alarms-per-week', budget)
      expect([code, err]).toEqual([2, expect.stringContaining('a budget is a number above 0')])
    }
  })

  it('asks for order where too much would have to be kept, and where it can’t read again', async () => {
    const limits = { ahead: 10, most: 40 }
    const rows = Array.from({ length: 60 }, (_, hour) => `orders,${at(hour)},5,`)
    const kept = await run(file(rows.toReversed()), {}, 'counts.csv', limits)
    expect(kept).toMatchObject({
      code: 2,
      err: 'assay: counts.csv:41: the file has more than 40 rows that are not in the order of time: sort it by at\n',
    })
    const stdin = (async function* () {
      yield Buffer.from(file([...rows.slice(0, 30), ...rows.slice(30).toReversed()]))
    })()
    const piped = await project.run(
      (io) => backtest({ counts: '-', config: '', zone: 'UTC', falseAlarmsPerWeek: 1, json: true }, io, limits),
      { stdin },
    )
    expect(piped).toMatchObject({
      code: 2,
      err: 'assay: -:33: rows were in the order of time until here: sort the input by at\n',
    })
  })
})
