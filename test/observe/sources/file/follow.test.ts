import { appendFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type Instant, MINUTE } from '../../../../src/model/time.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { until } from '../../../support/until.ts'
import { call, commit, emptyStore, minutes, put, START, type Stored, sourceOf, type Told, toldOf } from './archive.ts'

const folder = temporaryFolder()
afterAll(folder.remove)
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** A source that follows a folder, on a clock that is set by hand. */
function follow(root: string, paths: readonly string[] = ['*'], stored: Stored = emptyStore(), at = 0) {
  const told: Told[] = []
  const late: Instant[] = []
  let now = START + at * MINUTE
  const stop = new AbortController()
  const source = sourceOf(root, paths, { follow: true, now: () => now, lookEvery: 2 })
  const reading = (async () => {
    for await (const batch of source.read(new Map(stored.positions), stop.signal)) {
      commit(stored, batch)
      told.push(...toldOf(batch))
      if (batch.afterJudging !== null) late.push(batch.afterJudging)
    }
  })()
  const end = async () => {
    stop.abort()
    await reading
  }
  stops.push(end)
  return {
    told,
    late,
    stored,
    source,
    end,
    clock: (minute: number) => {
      now = START + minute * MINUTE
    },
    observed: (minute: number) => until(`observed until ${minute}`, () => minutes(stored.observedUntil) === minute),
    ids: () => told.map(({ what }) => what),
  }
}

/** Files get the time of this clock: it is by their last change that a source tells whether they are still being written. */
function changedAt(path: string, minute: number): void {
  utimesSync(path, (START + minute * MINUTE) / 1_000, (START + minute * MINUTE) / 1_000)
}

describe('a followed file', () => {
  it('is observed until five minutes ago, whether or not it grows', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(0, 'a')}\n${call(1, 'b')}\n`)
    const { clock, observed, ids } = follow(root, ['a.ndjson'], emptyStore(), 4)
    await observed(-1)
    expect(ids()).toEqual([])
    clock(5.5)
    await observed(0.5)
    expect(ids()).toEqual(['a'])
    clock(90)
    await observed(85)
    expect(ids()).toEqual(['a', 'b'])
    appendFileSync(join(root, 'a.ndjson'), `${call(89, 'c')}\n`)
    clock(95)
    await observed(90)
    expect(ids()).toEqual(['a', 'b', 'c'])
  })

  it('is waited for within a line, and within the first of its letters', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', '')
    const { clock, observed, told } = follow(root, ['a.ndjson'], emptyStore(), 1)
    await observed(-4)
    const line = `${call(0, 'ü')}\n`
    const bytes = Buffer.from(line)
    const middle = bytes.indexOf(0xc3) + 1
    appendFileSync(join(root, 'a.ndjson'), bytes.subarray(0, middle))
    clock(10)
    await observed(5)
    expect(told).toEqual([])
    appendFileSync(join(root, 'a.ndjson'), bytes.subarray(middle))
    await until('the line', () => told.length === 1)
    expect(told).toEqual([{ at: 'a.ndjson line 1', arrivedAt: START, what: 'ü' }])
  })

  it('goes on after a restart where it was, and with files that came meanwhile', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(0, 'a')}\n${call(2, 'b')}\n{"ha`)
    const first = follow(root, ['*'], emptyStore(), 6)
    await first.observed(1)
    await first.end()
    expect(first.ids()).toEqual(['a'])
    appendFileSync(join(root, 'a.ndjson'), `lf":1}\n${call(3, 'c')}\n`)
    put(root, 'b.ndjson', `${call(2.5, 'd')}\n`)
    const second = follow(root, ['*'], first.stored, 20)
    await second.observed(15)
    expect(second.ids()).toEqual(['b', 'no_event_name', 'd', 'c'])
  })

  it('that was truncated is read anew, and what was held of it isn’t lost', async () => {
    const root = folder.file('d')
    const path = join(root, 'a.ndjson')
    put(root, 'a.ndjson', `${call(0, 'a')}\n${call(1, 'b')}\n`)
    const { clock, observed, told } = follow(root, ['*'], emptyStore(), 3)
    await observed(-2)
    truncateSync(path)
    writeFileSync(path, `${call(2, 'c')}\n`)
    await until('what was held', () => told.length === 2)
    clock(10)
    await observed(5)
    expect(told.map(({ at, what }) => [at, what])).toEqual([
      ['a.ndjson line 1', 'a'],
      ['a.ndjson line 2', 'b'],
      ['a.ndjson line 1', 'c'],
    ])
  })

  it('that was renamed goes on under its new name, beside the new one under the old', async () => {
    const root = folder.file('d')
    put(root, 'app.ndjson', `${call(0, 'a')}\n`)
    const { clock, observed, ids, told } = follow(root, ['*'], emptyStore(), 6)
    await observed(1)
    appendFileSync(join(root, 'app.ndjson'), `${call(3, 'b')}\n`)
    renameSync(join(root, 'app.ndjson'), join(root, 'app-1.ndjson'))
    put(root, 'app.ndjson', `${call(4, 'c')}\n`)
    clock(20)
    await observed(15)
    expect(ids()).toEqual(['a', 'b', 'c'])
    expect(told.map(({ at }) => at)).toEqual(['app.ndjson line 1', 'app-1.ndjson line 2', 'app.ndjson line 1'])
  })

  it('that was renamed while nobody read goes on too', async () => {
    const root = folder.file('d')
    put(root, 'app.ndjson', `${call(0, 'a')}\n${call(2, 'b')}\n`)
    const first = follow(root, ['*'], emptyStore(), 6)
    await first.observed(1)
    await first.end()
    renameSync(join(root, 'app.ndjson'), join(root, 'app-1.ndjson'))
    put(root, 'app.ndjson', `${call(3, 'c')}\n`)
    const second = follow(root, ['*'], first.stored, 20)
    await second.observed(15)
    expect(second.ids()).toEqual(['b', 'c'])
  })

  it('that was renamed out of sight is read to its end', async () => {
    const root = folder.file('d')
    put(root, 'app.ndjson', `${call(0, 'a')}\n`)
    const { clock, observed, ids } = follow(root, ['app.ndjson'], emptyStore(), 6)
    await observed(1)
    appendFileSync(join(root, 'app.ndjson'), `${call(3, 'b')}\n${call(3.5, 'without a line feed')}`)
    renameSync(join(root, 'app.ndjson'), join(root, 'app.ndjson.1'))
    put(root, 'app.ndjson', `${call(4, 'c')}\n`)
    clock(20)
    await until('all four', () => ids().length === 4)
    expect([...ids()].sort()).toEqual(['a', 'b', 'c', 'without a line feed'])
    await observed(15)
  })

  it('that vanishes holds no other up', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(0, 'a')}\n`)
    put(root, 'b.ndjson', `${call(0, 'b')}\n`)
    const { clock, observed, source, ids } = follow(root, ['*'], emptyStore(), 6)
    await observed(1)
    appendFileSync(join(root, 'a.ndjson'), `${call(7, 'a2')}\n`)
    rmSync(join(root, 'a.ndjson'))
    appendFileSync(join(root, 'b.ndjson'), `${call(8, 'b2')}\n`)
    clock(20)
    await observed(15)
    expect(ids()).toEqual(['a', 'b', 'a2', 'b2'])
    expect(source.state()).toEqual({ state: 'running', detail: '' })
  })

  it('that vanishes while nobody reads is told of if something of it wasn’t read', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(0, 'a')}\n`)
    put(root, 'b.ndjson', `${call(0, 'b')}\n${call(9, 'lost')}\n`)
    const first = follow(root, ['*'], emptyStore(), 6)
    await first.observed(4)
    await first.end()
    rmSync(join(root, 'a.ndjson'))
    rmSync(join(root, 'b.ndjson'))
    put(root, 'c.ndjson', `${call(9, 'c')}\n`)
    const second = follow(root, ['*'], first.stored, 20)
    await second.observed(15)
    expect(second.ids()).toEqual(['c'])
    expect(second.source.state()).toEqual({
      state: 'failing',
      detail: 'b.ndjson is gone before it was read to its end',
    })
  })

  it('with a sender whose clock is ahead moves no watermark', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(0, 'a')}\n${call(60 * 24 * 365, 'ahead')}\n${call(1, 'b')}\n`)
    const { observed, clock, ids } = follow(root, ['*'], emptyStore(), 3)
    await observed(-2)
    expect(ids()).toEqual(['a', 'ahead', 'b'])
    clock(30)
    appendFileSync(join(root, 'a.ndjson'), `${call(29, 'c')}\n`)
    await until('the last', () => ids().length === 4)
    await observed(25)
  })

  it('tells of a record that is late by the clock', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(0, 'a')}\n`)
    const { observed, late, ids } = follow(root, ['*'], emptyStore(), 20)
    await observed(15)
    appendFileSync(join(root, 'a.ndjson'), `${call(2, 'late')}\n`)
    await until('it', () => ids().length === 2)
    expect(late.map(minutes)).toEqual([15])
  })

  it('of which no record says when it arrived is given up on when it has been quiet', async () => {
    const root = folder.file('d')
    put(root, 'a.ndjson', `${call(null, 'a')}\n`)
    changedAt(join(root, 'a.ndjson'), 0)
    const { observed, clock, told } = follow(root, ['*'], emptyStore(), 4)
    await observed(-1)
    expect(told).toEqual([])
    clock(5)
    await until('it', () => told.length === 1)
    expect(told[0]?.arrivedAt).toBe(null)
  })
})

/** Puts the first half of a gzipped file of 3,000 records; what is answered puts all of it. */
function putHalf(root: string): () => void {
  const lines = Array.from({ length: 3_000 }, (_, n) => `${call(n / 1_000, `${n} ${Math.sin(n)}`)}\n`)
  const whole = gzipSync(lines.join(''))
  put(root, 'a.gz', new Uint8Array(whole.subarray(0, whole.length >> 1)))
  changedAt(join(root, 'a.gz'), 10)
  return () => put(root, 'a.gz', new Uint8Array(whole))
}

describe('followed archives', () => {
  it('are complete when all are read, and go on when another comes', async () => {
    const root = folder.file('d')
    put(root, '1.gz', `${call(0, 'a')}\n${call(30, 'b')}\n`)
    const { stored, source, ids } = follow(root, ['.'], emptyStore(), 300)
    await until('complete', () => stored.complete)
    expect(minutes(stored.observedUntil)).toBe(32)
    expect(source.state().state).toBe('complete')
    put(root, '2.gz', `${call(60, 'c')}\n`)
    await until('the next', () => ids().length === 3 && stored.complete)
    expect(minutes(stored.observedUntil)).toBe(62)
  })

  it('that are still being written are waited for', async () => {
    const root = folder.file('d')
    const putRest = putHalf(root)
    const { ids, stored, source } = follow(root, ['.'], emptyStore(), 10.5)
    await until('a look', () => source.state().state === 'running')
    putRest()
    changedAt(join(root, 'a.gz'), 10.6)
    await until('all', () => stored.complete)
    expect(ids()).toHaveLength(3_000)
    expect(new Set(ids()).size).toBe(3_000)
  })

  it('that break off for good end with a record that says so', async () => {
    const root = folder.file('d')
    putHalf(root)
    const { ids, stored, clock } = follow(root, ['.'], emptyStore(), 10.5)
    clock(11)
    await until('its end', () => stored.complete)
    expect(ids().at(-1)).toBe('truncated')
  })
})
