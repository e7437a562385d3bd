import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { check } from '../../src/cli/check.ts'
import type { Io } from '../../src/cli/io.ts'
import { loadProject } from '../../src/config/load.ts'
import { compilePlan } from '../../src/plan/compile.ts'
import { join } from 'node:path'
import { type TestProject, testProject } from './project.ts'

const call = (event: string, properties: object, messageId = 'm-1') =>
  JSON.stringify({ type: 'track', event, messageId, properties })
const VALID = call('Order Completed', { order_id: 'o-1', revenue: 3 })
const INVALID = call('Order Completed', { order_id: 'o-2', revenue: '3', coupon: 'X' }, 'joe@example.com')
const UNPLANNED = call('Order Complete', { order_id: 'o-3', 'ann@example.com': 1, address: { city: 'Ulm' } })

let project: TestProject
const run = (files: string[], change: Partial<Io> = {}, more: { source?: string; json?: boolean } = {}) =>
  project.run((io) => check({ files, config: 'rules/assay.yaml', json: false, ...more }, io), change)
const linesOf = ({ out }: { readonly out: string }) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
const stdin = (...chunks: (string | Uint8Array)[]): Partial<Io> => ({
  stdin: (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  })(),
})

beforeAll(() => {
  project = testProject()
  project.write('mixed.ndjson', `${VALID}\n${INVALID}\n\n${UNPLANNED}\n{nope\n`)
  project.write('good.ndjson', `${VALID}\n${VALID}\n`)
  project.write('data/a.ndjson.gz', gzipSync(`${VALID}\n${VALID}`))
  project.write('data/deeper/b.ndjson', INVALID)
  project.write('data/.hidden', 'not meant')
  project.write('empty/.keep', '')
})
afterAll(() => project.remove())

describe('check', () => {
  it('prints a line per payload, without what is private', async () => {
    const printed = await run(['mixed.ndjson'])
    expect(printed.code).toBe(1)
    const base = { schema_version: 1, file: 'mixed.ndjson', violations: [], unplanned_properties: [], reason: null }
    expect(linesOf(printed)).toEqual([
      { ...base, line: 1, event: 'Order Completed', id: 'm-1', outcome: 'valid', version: 1 },
      {
        ...base,
        line: 2,
        event: 'Order Completed',
        id: '‹email›',
        outcome: 'invalid',
        version: 1,
        violations: [{ path: '/revenue', keyword: 'type', message: 'string instead of number' }],
        unplanned_properties: ['coupon'],
      },
      { ...base, line: 4, event: 'Order Complete', id: 'm-1', outcome: 'unplanned', version: null },
      { ...base, line: 5, event: null, id: null, outcome: 'undecodable', version: null, reason: 'malformed_json' },
    ])
    expect(printed.err).toContain('4 payloads of 1 file: 1 valid, 1 invalid, 1 unplanned, 1 undecodable.')
    expect(printed.err).toMatch(/^Order Completed +1 +1 +0 +0$/m)
    expect(printed.err).toContain('Order Completed /revenue: string instead of number')
    expect(printed.out + printed.err).not.toContain('example.com')
  })

  it('writes a contract for an unplanned event that makes it a planned one when saved where it says', async () => {
    const { err } = await run(['mixed.ndjson'])
    expect(err).toContain('Did the sender mean "Order Completed"?')
    const path = /save this as (\S+),/.exec(err)?.[1] ?? ''
    expect(path).toBe('rules/domains/checkout/events/order-complete.yaml')
    const other = testProject({ [path]: err.slice(err.indexOf('# Save as')), 'one.ndjson': UNPLANNED })
    const { project: loaded, problems } = loadProject(join(other.path, 'rules/assay.yaml'))
    expect(problems).toEqual([])
    expect(loaded === null ? null : compilePlan(loaded).plan?.events.has('Order Complete')).toBe(true)
    const again = await other.run((io) => check({ files: ['one.ndjson'], config: 'rules/assay.yaml', json: false }, io))
    expect(linesOf(again)).toMatchObject([{ outcome: 'valid' }])
    other.remove()
  })

  it('is content when all is valid', async () => {
    expect(await run(['good.ndjson'])).toMatchObject({
      code: 0,
      err: expect.stringContaining('2 payloads of 1 file: 2 valid.'),
    })
  })

  it('reads every file below a folder, gzipped or not, but hidden ones', async () => {
    expect(linesOf(await run(['data'])).map(({ file, line, outcome }) => [file, line, outcome])).toEqual([
      ['data/a.ndjson.gz', 1, 'valid'],
      ['data/a.ndjson.gz', 2, 'valid'],
      ['data/deeper/b.ndjson', 1, 'invalid'],
    ])
  })

  it('follows links in a folder, reads nothing twice for them, and says where one leads nowhere', async () => {
    mkdirSync(join(project.path, 'links'))
    writeFileSync(join(project.path, 'links/2026.ndjson'), `${VALID}\n`)
    symlinkSync('../good.ndjson', join(project.path, 'links/a.ndjson'))
    symlinkSync('2026.ndjson', join(project.path, 'links/0-latest.ndjson'))
    symlinkSync('.', join(project.path, 'links/loop'))
    const files = linesOf(await run(['links'])).map(({ file }) => file)
    expect(files).toEqual(['links/2026.ndjson', 'links/a.ndjson', 'links/a.ndjson'])
    symlinkSync('nowhere', join(project.path, 'links/b.ndjson'))
    expect(await run(['links'])).toMatchObject({
      code: 2,
      err: "assay: links/b.ndjson can't be read (ENOENT)\n",
    })
  })

  it.each([
    ['lines in pieces', [VALID.slice(0, 20), `${VALID.slice(20)}\n${INVALID}`], ['valid', 'invalid']],
    ['gzip', [gzipSync(`${VALID}\n${INVALID}\n`)], ['valid', 'invalid']],
    ['gzip that breaks off', [gzipSync(`${VALID}\n`).subarray(0, -2)], ['valid', 'undecodable']],
    ['a document over several lines', [JSON.stringify(JSON.parse(VALID), null, 2)], ['valid']],
    ['an array of them', [JSON.stringify([JSON.parse(VALID), JSON.parse(INVALID)], null, 2)], ['valid', 'invalid']],
    ['a document that is none', ['{\n"type": ]\n'], ['undecodable', 'undecodable']],
    ['a byte order mark', [`\ufeff${VALID}\n`], ['valid']],
    ['nothing', [], []],
  ])('reads standard input: %s', async (_, chunks, outcomes) => {
    const printed = await run(['-'], stdin(...chunks))
    expect(linesOf(printed).map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(linesOf(printed).every(({ file }) => file === '-')).toBe(true)
  })

  it('says where an archive breaks off, after everything before it', async () => {
    const random = Array.from({ length: 3_000 }, (_, index) =>
      call('Order Completed', { order_id: `${Math.sin(index)}`, revenue: index }),
    )
    const whole = gzipSync(random.join('\n'))
    project.write('broken.gz', whole.subarray(0, whole.length / 2))
    const lines = linesOf(await run(['broken.gz']))
    expect(lines.length).toBeGreaterThan(1_000)
    expect(lines.slice(0, -1).every(({ outcome }) => outcome === 'valid')).toBe(true)
    expect(lines.at(-1)).toMatchObject({ line: lines.length, outcome: 'undecodable', reason: 'truncated' })
  })

  it('prints a line as soon as its payload has come, and sums up when it is told to stop', async () => {
    let printed = ''
    const stop = new AbortController()
    let seen: () => void = () => undefined
    const shown = new Promise<void>((resolve) => {
      seen = resolve
    })
    const endless = (async function* () {
      yield Buffer.from(`${VALID}\n`)
      await new Promise(() => undefined)
    })()
    const out = (text: string): void => {
      printed += text
      seen()
    }
    const running = run(['-'], { stdin: endless, out, signal: stop.signal })
    await shown
    expect(JSON.parse(printed)).toMatchObject({ outcome: 'valid' })
    stop.abort()
    expect(await running).toMatchObject({ code: 0, err: expect.stringContaining('1 payload of 1 file: 1 valid.') })
  })

  it('is readable on a terminal, and JSON there when asked for', async () => {
    const { out } = await run(['mixed.ndjson'], { isTerminal: true })
    expect(out).toContain('\u001b[31m✗ invalid')
    expect(out).toContain('/revenue: string instead of number; not in the contract: coupon')
    const plain = await run(['mixed.ndjson'], { isTerminal: true, env: { NO_COLOR: '1' } })
    expect(plain.out).not.toContain('\u001b')
    expect(linesOf(await run(['mixed.ndjson'], { isTerminal: true }, { json: true }))).toHaveLength(4)
  })

  it('lets no payload write on the terminal what it likes', async () => {
    const hostile = call('Order\u001b[2J\r\nCompleted', {}, '\u009b31m')
    const { out, err } = await run(['-'], { ...stdin(hostile), isTerminal: true, env: { NO_COLOR: '1' } })
    expect(out + err).not.toMatch(/[\u001b\u009b\r]/)
    expect(out.trimEnd().split('\n')).toHaveLength(1)
  })

  it('remembers no more names than it can show', async () => {
    const names = Array.from({ length: 5_000 }, (_, index) => call(`Event ${index}`, { a: 1 })).join('\n')
    const { err } = await run(['-'], stdin(names))
    expect(err).toContain('5,000 payloads')
    expect(err).toMatch(/^all others +4,000$/m)
    expect(err.match(/^event: /gm)).toHaveLength(3)
  })

  it('refuses what it can’t read', async () => {
    expect(await run(['nowhere.ndjson', 'empty', 'good.ndjson'])).toEqual({
      code: 2,
      out: '',
      err: 'assay: there is no file nowhere.ndjson\nassay: the folder empty holds no file\n',
    })
  })
})

describe('the source whose format the files have', () => {
  const JSON_SOURCE =
    '{ id: plain, type: file, paths: ["plain/*.ndjson"], format: { type: json, event: /name, body: /data } }'
  const configured = (sources: string) => `version: 1\nsources:\n${sources}`
  const PLAIN = JSON.stringify({ name: 'Order Completed', data: { order_id: 'o', revenue: 1 } })

  it('is named, or the one whose paths match', async () => {
    const two = testProject({
      'rules/assay.yaml': configured(`  - { id: web, type: http }\n  - ${JSON_SOURCE}\n`),
      'plain/a.ndjson': PLAIN,
      'b.ndjson': PLAIN,
      'c.ndjson': VALID,
    })
    const ask = (file: string, source?: string) =>
      two.run((io) =>
        check(
          { files: [file], config: 'rules/assay.yaml', json: true, ...(source === undefined ? {} : { source }) },
          io,
        ),
      )
    expect(await ask('plain/a.ndjson')).toMatchObject({ code: 0 })
    expect(await ask('b.ndjson', 'plain')).toMatchObject({ code: 0 })
    expect(await ask('c.ndjson', 'web')).toMatchObject({ code: 0 })
    expect(await ask('b.ndjson')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('(web, plain): say which with --source'),
    })
    expect(await ask('b.ndjson', 'plan')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "plain"?'),
    })
    two.remove()
  })

  it('is no question where all have one format', async () => {
    const same = testProject({
      'rules/assay.yaml': configured('  - { id: web, type: http }\n  - { id: shop, type: demo }\n'),
      'c.ndjson': VALID,
    })
    expect(
      await same.run((io) => check({ files: ['c.ndjson'], config: 'rules/assay.yaml', json: true }, io)),
    ).toMatchObject({ code: 0 })
    same.remove()
  })
})
