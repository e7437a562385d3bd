import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { MINUTE } from '../../../../src/model/time.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { call, emptyStore, minutes, put, readAll, START, sourceOf } from './archive.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

/** A project with these files. */
function project(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = folder.file('d')
  for (const [path, content] of Object.entries(files)) put(root, path, content)
  return root
}

const lines = (...all: readonly string[]): string => all.map((line) => `${line}\n`).join('')

describe('a finished archive', () => {
  it('is read whole, and observed until two minutes from the start of its last arrival’s minute', async () => {
    const root = project({ 'a.ndjson': lines(call(0, 'a'), call(0.5, 'b'), call(7.25, 'c')) })
    const stored = emptyStore()
    const source = sourceOf(root, ['a.ndjson'])
    const told = await readAll(source, stored)
    expect(told.map(({ at, what }) => [at, what])).toEqual([
      ['a.ndjson line 1', 'a'],
      ['a.ndjson line 2', 'b'],
      ['a.ndjson line 3', 'c'],
    ])
    expect(minutes(stored.observedUntil)).toBe(9)
    expect(stored.complete).toBe(true)
    expect(source.state()).toEqual({ state: 'complete', detail: '' })
    expect(await readAll(source, stored)).toEqual([])
  })

  it('is found as a file, gzipped, in folders and by patterns, each file once', async () => {
    const root = project({
      'plain.ndjson': lines(call(1, 'plain')),
      'data/2026/one.gz': lines(call(2, 'folder')),
      'data/2026/notes.txt': 'not meant',
      'data/two.json': lines(call(3, 'json')),
      'more/x-1.ndjson': lines(call(4, 'pattern')),
      'more/[y].ndjson': lines(call(5, 'brackets')),
    })
    const told = await readAll(
      sourceOf(root, ['plain.ndjson', 'data', 'data/2026/*.gz', 'more/x-*.ndjson', 'more/[y].ndjson']),
    )
    expect(told.map(({ what }) => what)).toEqual(['plain', 'folder', 'json', 'pattern', 'brackets'])
  })

  it('is read once, though links lead to it or back to its folder', async () => {
    const root = project({
      'data/2026.ndjson': lines(call(1, 'a')),
      'kept/old.ndjson': lines(call(2, 'b')),
    })
    symlinkSync('2026.ndjson', join(root, 'data/0-latest.ndjson'))
    symlinkSync('.', join(root, 'data/loop'))
    symlinkSync('../kept/old.ndjson', join(root, 'data/y.ndjson'))
    symlinkSync('../kept/old.ndjson', join(root, 'data/x.ndjson'))
    for (const paths of [['data'], ['data/*.ndjson'], ['data/*.ndjson', 'data']]) {
      const source = sourceOf(root, paths)
      const told = await readAll(source)
      expect(source.state()).toEqual({ state: 'complete', detail: '' })
      expect(told.map(({ at }) => at)).toEqual(['data/2026.ndjson line 1', 'data/x.ndjson line 1'])
    }
  })

  it('is merged with others by arrival, then path, then line', async () => {
    const root = project({
      'b.ndjson': lines(call(0, 'b0'), call(2, 'b2'), call(2, 'b2 again'), call(20, 'b20')),
      'a.ndjson': lines(call(2, 'a2'), call(1, 'a1'), call(30, 'a30')),
    })
    const told = await readAll(sourceOf(root, ['*.ndjson']))
    expect(told.map(({ what }) => what)).toEqual(['b0', 'a1', 'a2', 'b2', 'b2 again', 'b20', 'a30'])
  })

  it('merges many files, more than are kept open', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 150 }, (_, n) => [
        `${String((n * 61) % 150).padStart(3, '0')}.gz`,
        lines(call(n, `${n}`), call(n + 0.5, `${n}+`)),
      ]),
    )
    const told = await readAll(sourceOf(project(files), ['*.gz']))
    expect(told.map(({ what }) => what)).toEqual(Array.from({ length: 150 }, (_, n) => [`${n}`, `${n}+`]).flat())
  })

  it('ends with a record that says so when it breaks off', async () => {
    const whole = gzipSync(lines(...Array.from({ length: 5_000 }, (_, n) => call(n / 1_000, `r${n}`))))
    const root = project({ 'a.gz': whole.subarray(0, whole.length >> 1) })
    const told = await readAll(sourceOf(root, ['a.gz']))
    const last = told.at(-1)
    expect(last?.what).toBe('truncated')
    expect(told.length).toBeGreaterThan(1_000)
    expect(told.slice(0, -1).map(({ what }) => what)).toEqual(told.slice(0, -1).map((_, n) => `r${n}`))
    expect(last?.at).toBe(`a.gz line ${told.length}`)
    expect(last?.arrivedAt).toBe(told.at(-2)?.arrivedAt)
  })

  it('is read up to where it is damaged', async () => {
    const whole = gzipSync(lines(...Array.from({ length: 20_000 }, (_, n) => call(n / 1_000, `r${n}`))))
    whole.fill(0xff, whole.length >> 1, (whole.length >> 1) + 64)
    const root = project({ 'a.gz': whole, 'b.ndjson': lines(call(100, 'b')) })
    const first = await readAll(sourceOf(root, ['*']))
    expect(first.length).toBeGreaterThan(8_000)
    expect(first.at(-1)?.what).toBe('b')
    expect(first.filter(({ what }) => what === 'truncated')).toHaveLength(1)
    expect(await readAll(sourceOf(root, ['*']))).toEqual(first)
  })

  it('may be empty, of several gzip members, gzipped under a plain name, or plain under a gzipped one', async () => {
    const root = project({
      'empty.ndjson': '',
      'empty.gz': new Uint8Array(0),
      'members.gz': Buffer.concat([gzipSync(lines(call(1, 'm1'))), gzipSync(lines(call(2, 'm2')))]),
      'hidden.ndjson': gzipSync(lines(call(3, 'h'))),
      'plain.gz': Buffer.from(call(4, 'p')),
    })
    expect((await readAll(sourceOf(root, ['*']))).map(({ what }) => what)).toEqual(['m1', 'm2', 'h', 'p'])
  })

  it('takes its last line as it is', async () => {
    const root = project({ 'a.ndjson': `${call(0, 'a')}\n${call(1, 'b')}`, 'b.ndjson': `${call(0, 'c')}\n{"type":"tr` })
    expect((await readAll(sourceOf(root, ['*']))).map(({ what }) => what)).toEqual(['a', 'c', 'malformed_json', 'b'])
  })

  it('holds bad lines without harm', async () => {
    const root = project({
      'a.ndjson': Buffer.concat([
        Buffer.from(`\ufeff${call(0, 'bom')}\r\n\r\n`),
        Buffer.from([0x22, 0xff, 0x22, 0x0a, 0x00, 0x00, 0x0a]),
        Buffer.from(`"${'x'.repeat(2 * 1024 * 1024)}"\n[]\n${call(1, 'last')}\n`),
      ]),
    })
    expect((await readAll(sourceOf(root, ['*']))).map(({ at, what }) => `${at.slice(9)}: ${what}`)).toEqual([
      'line 1: bom',
      'line 3: invalid_utf8',
      'line 4: malformed_json',
      'line 5: too_large',
      'line 6: not_an_object',
      'line 7: last',
    ])
  })

  it('goes on without a file that can’t be read, and says so', async () => {
    const root = project({ 'a.ndjson': lines(call(0, 'a')) })
    const source = sourceOf(root, ['a.ndjson', 'a.ndjson/below', 'no\u0000name'])
    expect((await readAll(source)).map(({ what }) => what)).toEqual(['a'])
    expect(source.state().state).toBe('failing')
  })

  it('says that no file matches', async () => {
    const source = sourceOf(project({}), ['nothing/*.gz'])
    expect(await readAll(source)).toEqual([])
    expect(source.state()).toEqual({ state: 'waiting', detail: 'no file matches nothing/*.gz' })
  })
})

describe('arrival', () => {
  it('is inherited from the record before, and by the first from the first that follows', async () => {
    const root = project({
      'a.gz': lines('no json', call(null, 'b'), call(3, 'c'), '{', call(null, 'e'), call(4, 'f'), call(null, 'g')),
    })
    const told = await readAll(sourceOf(root, ['*']))
    expect(told.map(({ arrivedAt }) => minutes(arrivedAt))).toEqual([3, 3, 3, 3, 3, 4, 4])
  })

  it('stays unknown where no record of a file says it', async () => {
    const root = project({ 'a.ndjson': lines(call(null, 'a'), '{'), 'b.ndjson': lines(call(1, 'b')) })
    const told = await readAll(sourceOf(root, ['*']))
    expect(told.map(({ what, arrivedAt }) => [what, minutes(arrivedAt)])).toEqual([
      ['a', null],
      ['malformed_json', null],
      ['b', 1],
    ])
  })

  it('that isn’t plausible is kept for the quarantine, and neither inherited nor counted as newest', async () => {
    const years = [1970, 2999].map((year) => (Date.UTC(year, 0, 1) - START) / MINUTE)
    const root = project({
      'a.ndjson': lines(
        call(years[0] ?? 0, 'old'),
        call(1, 'a'),
        call(years[1] ?? 0, 'far'),
        call(null, 'b'),
        call(2, 'c'),
      ),
    })
    const stored = emptyStore()
    const told = await readAll(sourceOf(root, ['*']), stored)
    expect(told.map(({ what, arrivedAt }) => [what, minutes(arrivedAt)])).toEqual([
      ['old', years[0]],
      ['a', 1],
      ['far', years[1]],
      ['b', 1],
      ['c', 2],
    ])
    expect(minutes(stored.observedUntil)).toBe(4)
  })
})

describe('a late record', () => {
  it('begins a batch that waits until what came before is judged without it', async () => {
    const root = project({
      'a.ndjson': lines(
        call(0, 'a'),
        call(10, 'b'),
        call(3, 'late'),
        call(4.5, 'late too'),
        call(5.5, 'not late'),
        call(11, 'c'),
        call(5, 'late again'),
      ),
    })
    const batches: { what: (string | null)[]; afterJudging: number | null; observed: number | null }[] = []
    for await (const { records, steps, afterJudging } of sourceOf(root, ['*']).read(
      new Map(),
      new AbortController().signal,
    )) {
      const observed = steps.find(({ partition }) => partition === '.')?.observedUntil ?? null
      batches.push({
        what: records.map(({ decoded }) => (decoded.ok ? decoded.id : null)),
        afterJudging: minutes(afterJudging),
        observed: minutes(observed),
      })
    }
    expect(batches).toEqual([
      { what: ['a'], afterJudging: null, observed: 5 },
      { what: ['late', 'late too', 'not late'], afterJudging: 5, observed: 6 },
      { what: ['late again', 'b', 'c'], afterJudging: 6, observed: 13 },
    ])
  })
})
