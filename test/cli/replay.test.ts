import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Io } from '../../src/cli/io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { events } from '../scenarios/bad-release/events.ts'
import { steady } from '../scenarios/segment.ts'
import { runCommand } from '../support/run-command.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts'
import { startWebhook } from '../support/webhook-server.ts'

const SCENARIO = join(import.meta.dirname, '../scenarios/bad-release')
const OUTPUTS = [
  'incidents.json',
  'metrics.prom',
  'notifications.ndjson',
  'quarantine.ndjson',
  'scorecard.json',
  'verdicts.ndjson',
]
const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1ob29r'

describe('assay replay', () => {
  let folder: TemporaryFolder
  const at = (...path: string[]): string => join(folder.path, ...path)
  beforeEach(() => {
    folder = temporaryFolder()
    for (const part of ['rules', 'alerts']) cpSync(join(SCENARIO, part), at(part), { recursive: true })
    const lines = [...events()].map(String)
    writeFileSync(at('events.ndjson'), `${lines.join('\n')}\n`)
    writeFileSync(at('clean.ndjson'), `${[...steady(0, 30, 10)].join('\n')}\n`)
  })
  afterEach(() => folder.remove())

  const replay = (args: readonly string[], change: Partial<Io> = {}) =>
    runCommand(folder.path, (io) => runProgram(['replay', ...args], io), change)

  /** Everything in a folder, by name. */
  const contents = (name: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(at(name))
        .sort()
        .map((file) => [file, readFileSync(at(name, file), 'utf8')]),
    )

  it('gives identical bytes in every file when it is run again', async () => {
    const first = await replay(['events.ndjson', '--out', 'one'])
    expect(first).toMatchObject({ code: 0, err: '' })
    await replay(['events.ndjson', '--out', 'two'], { now: () => Date.UTC(2031, 0, 1), env: { HOOK_SECRET: SECRET } })
    expect(Object.keys(contents('one'))).toEqual(OUTPUTS)
    for (const [name, text] of Object.entries(contents('one'))) expect(text, name).not.toBe('')
    expect(contents('two')).toEqual(contents('one'))
  })

  it('gives the same judgement on the archive when it is gzipped', async () => {
    writeFileSync(at('events.ndjson.gz'), gzipSync(readFileSync(at('events.ndjson'))))
    await replay(['events.ndjson', '--out', 'plain'])
    await replay(['events.ndjson.gz', '--out', 'gzipped'])
    const { 'quarantine.ndjson': _, ...plain } = contents('plain')
    expect(contents('gzipped')).toMatchObject(plain)
  })

  it('judges the records of a source whose secret is unset', async () => {
    const secret = '{ env: KAFKA_SECRET }'
    const stream = `{ id: archive, type: kafka, brokers: [b:9092], topics: [t], format: { type: segment }, sasl: { mechanism: plain, username: ${secret}, password: ${secret} } }`
    writeFileSync(at('rules/assay.yaml'), `version: 1\nenvironment: production\nsources:\n  - ${stream}\n`)
    expect(await replay(['events.ndjson', '--out', 'unset'])).toMatchObject({ code: 0, err: '' })
    expect((await replay(['events.ndjson', '--out', 'set'], { env: { KAFKA_SECRET: 'secret' } })).code).toBe(0)
    expect(contents('unset')['verdicts.ndjson']).not.toBe('')
    expect(contents('unset')).toEqual(contents('set'))
  })

  it.each([
    ['page', 'events.ndjson', 1],
    ['ticket', 'events.ndjson', 1],
    ['page', 'clean.ndjson', 0],
  ] as const)('--fail-on %s on %s exits with %i', async (severity, file, code) => {
    expect(await replay([file, '--out', 'out', '--fail-on', severity])).toMatchObject({ code, err: '' })
    expect(Object.keys(contents('out'))).toEqual(OUTPUTS)
  })

  it('--fail-on page lets a mere ticket pass', async () => {
    const slos = readFileSync(at('rules/domains/checkout/slos.yaml'), 'utf8')
    writeFileSync(at('rules/domains/checkout/slos.yaml'), slos.replace('severity: page', 'severity: ticket'))
    expect((await replay(['events.ndjson', '--out', 'out', '--fail-on', 'page'])).code).toBe(0)
    expect((await replay(['events.ndjson', '--out', 'out', '--fail-on', 'ticket'])).code).toBe(1)
  })

  it('--deliver sends what notifications.ndjson says, in order; without it nothing is sent', async () => {
    const hook = await startWebhook({ secret: SECRET })
    const receiver = (name: string): string =>
      `  - { name: ${name}, webhook: { url: "${hook.endpoint}", secret: { env: HOOK_SECRET } } }\n`
    writeFileSync(
      at('alerts/routes.yaml'),
      `receivers:\n${receiver('hook')}${receiver('unset').replace('HOOK_SECRET', 'NOT_SET')}routes:\n  - { to: [hook, unset] }\n`,
    )
    try {
      const env = { HOOK_SECRET: SECRET }
      await replay(['events.ndjson', '--out', 'quiet'], { env })
      expect(hook.requests).toEqual([])
      const { code, out } = await replay(['events.ndjson', '--out', 'out', '--deliver'], { env })
      expect(code).toBe(0)
      const lines = readFileSync(at('out/notifications.ndjson'), 'utf8').trim().split('\n')
      const promised = lines
        .map((line) => JSON.parse(line) as { receiver: string; request: { body: object } })
        .filter(({ receiver: name }) => name === 'hook')
      expect(promised).toHaveLength(3)
      expect(hook.messages.map(({ body }) => body)).toEqual(promised.map(({ request }) => request.body))
      expect(out).toContain('hook: sent (3)')
      expect(out).toContain('unset: disabled (3)')
      expect(JSON.stringify(contents('out'))).not.toContain(SECRET)
    } finally {
      await hook.close()
    }
  })

  it('that cannot read all it was given writes nothing, and says what is missing', async () => {
    mkdirSync(at('archive'))
    cpSync(at('clean.ndjson'), at('archive/clean.ndjson'))
    symlinkSync('gone.ndjson', at('archive/more.ndjson'))
    expect(await replay(['archive', '--out', 'out'])).toEqual({
      code: 2,
      out: '',
      err: "assay: Not everything could be read: archive/more.ndjson can't be read: it is gone. No results were written.\n",
    })
    expect(contents('out')).toEqual({})
  })

  describe('that cannot write its results', () => {
    const told = {
      code: 3,
      out: '',
      err: expect.stringMatching(/^assay: The results cannot be written \(.+\)\. [^\n]+\n$/),
    }
    let earlier: Record<string, string>
    beforeEach(async () => {
      await replay(['clean.ndjson', '--out', 'out'])
      earlier = contents('out')
    })

    it.each(OUTPUTS)(
      'because %s is a folder: says so in one sentence and leaves the others as they were',
      async (name) => {
        rmSync(at('out', name))
        mkdirSync(at('out', name, 'in-the-way'), { recursive: true })
        expect(await replay(['events.ndjson', '--out', 'out'])).toEqual(told)
        rmSync(at('out', name), { recursive: true })
        const { [name]: _, ...others } = earlier
        expect(contents('out')).toEqual(others)
      },
    )

    it.each(OUTPUTS)('because %s cannot be begun: leaves all as they were', async (name) => {
      mkdirSync(at('out', `.${name}.part`))
      expect(await replay(['events.ndjson', '--out', 'out'])).toEqual(told)
      rmSync(at('out', `.${name}.part`), { recursive: true })
      expect(contents('out')).toEqual(earlier)
    })

    it.each(OUTPUTS)('because the disk is full when %s is written: leaves all as they were', async (name) => {
      symlinkSync('/dev/full', at('out', `.${name}.part`))
      const { err, ...rest } = await replay(['events.ndjson', '--out', 'out', '--verdicts', 'all'])
      expect({ err, ...rest }).toEqual(told)
      expect(err).toContain('ENOSPC')
      expect(contents('out')).toEqual(earlier)
    })

    it('because the folder cannot be made, or is a file', async () => {
      expect(await replay(['clean.ndjson', '--out', 'events.ndjson/out'])).toEqual(told)
      expect(await replay(['clean.ndjson', '--out', 'events.ndjson'])).toEqual(told)
    })

    it('because it is interrupted', async () => {
      const { code, err } = await replay(['events.ndjson', '--out', 'out'], { signal: AbortSignal.abort() })
      expect(code).toBe(3)
      expect(err).toMatch(/^assay: [^\n]+\n$/)
      expect(contents('out')).toEqual(earlier)
    })

    it('because it is interrupted while it judges the years up to a record from far ahead', async () => {
      const [first = ''] = steady(0, 1, 1)
      const ahead = first.replace(/"receivedAt":"[^"]*"/, '"receivedAt":"2099-01-01T00:00:00.000Z"')
      expect(ahead).not.toBe(first)
      writeFileSync(at('ahead.ndjson'), `${first}\n${ahead}\n`)
      const stop = new AbortController()
      let clock = 0
      let told = ''
      const { code } = await replay(['ahead.ndjson', '--out', 'out'], {
        signal: stop.signal,
        isTerminal: true,
        now: () => (clock += 1_000),
        err: (text) => {
          told += text
          if (/judged until \d{4}-\d\d-\d\d/.test(text)) stop.abort()
        },
      })
      expect(code).toBe(3)
      expect(told).toContain('interrupted')
      expect(contents('out')).toEqual(earlier)
    })
  })
})
