import { cpSync, createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replay } from '../../src/cli/replay.ts'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import type { Verdict } from '../../src/model/verdict.ts'
import type { Incident } from '../../src/model/incident.ts'
import { demoArchive } from '../../src/observe/sources/demo/archive.ts'
import { incidentDocument } from '../../src/report/documents/incident.ts'
import { verdictDocument } from '../../src/report/documents/verdict.ts'
import { allIncidents } from '../../src/store/incidents.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { verdictsBetween } from '../../src/store/verdicts.ts'
import { startChild } from '../support/child.ts'
import { withPostgres } from '../support/postgres.ts'
import { seeded } from '../support/random.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ANCHOR = Date.UTC(2026, 0, 5, 3)
const MINUTES = 380
const KILLS = 10
/** The clock of the process, long after the archive; after the fifth kill an hour later. */
const NOW = Date.UTC(2026, 0, 6)

let folder: TemporaryFolder
let config: string
const place = (name: string): string => join(folder.path, name)
let expected: { verdicts: readonly string[]; incidents: readonly string[] }

beforeAll(async () => {
  folder = temporaryFolder()
  config = place('rules/assay.yaml')
  await writeProject()
  const out = place('out')
  const said: string[] = []
  const io = {
    env: {},
    cwd: folder.path,
    out: (text: string) => said.push(text),
    err: (text: string) => said.push(text),
    isTerminal: false,
    now: () => NOW,
    signal: new AbortController().signal,
  }
  const code = await replay({ files: [place('archive')], config, out, verdicts: 'changes' }, io)
  if (code !== 0) throw new Error(said.join(''))
  const verdicts = readFileSync(join(out, 'verdicts.ndjson'), 'utf8').trim().split('\n')
  const incidents = JSON.parse(readFileSync(join(out, 'incidents.json'), 'utf8')) as object[]
  expected = { verdicts, incidents: incidents.map((incident) => JSON.stringify(incident)) }
}, 60_000)
afterAll(() => folder.remove())

/** The shop's story in two files, with records of one platform that were 7 to 40 minutes on their way to the archive. */
async function writeProject(): Promise<void> {
  const rules = ['domains/checkout', 'domains/growth', 'domains/identity']
  for (const domain of rules) copyFolder(join(ROOT, 'rules', domain), place(`rules/${domain}`))
  writeFileSync(
    config,
    'version: 1\nsources:\n  - { id: shop, type: file, paths: ["archive/"], format: { type: segment }, follow: false }\n',
  )
  mkdirSync(place('archive'), { recursive: true })
  const random = seeded(5)
  const files = ['a.ndjson', 'b.ndjson'].map((name) => createWriteStream(place(`archive/${name}`)))
  const late = new Map<number, string[]>()
  let minute = 0
  for (const text of demoArchive(11, ANCHOR, MINUTES)) {
    const lines = text.split('\n').filter((line) => line !== '')
    for (const line of lines) {
      if (random.next() < 0.002) late.set(minute + 7 + random.below(33), [...(late.get(minute) ?? []), line])
      else files[random.next() < 0.5 ? 0 : 1]?.write(`${line}\n`)
    }
    for (const line of late.get(minute) ?? []) files[0]?.write(`${line}\n`)
    minute += 1
  }
  for (const file of files) {
    file.end()
    await once(file, 'finish')
  }
}

function copyFolder(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true })
}

/** Runs the loops over the archive, killed ten times at seeded moments; answers what the store then says. */
async function killed(store: StoreConfig, seed: number) {
  const random = seeded(seed)
  let unfinished = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const child = startChild('live-archive.ts', config, JSON.stringify(store), String(NOW + (kill >= 5 ? HOUR : 0)))
    const commits = 1 + random.below(5)
    await until('some commits', () => {
      if (child.process.exitCode !== null && child.process.exitCode !== 0) throw new Error(child.errors())
      return child.lines.length >= commits
    })
    if (!child.lines.includes('done')) unfinished += 1
    await child.kill()
  }
  const last = startChild('live-archive.ts', config, JSON.stringify(store), String(NOW + HOUR))
  await until(
    'the end of the archive',
    () => {
      if (last.process.exitCode !== null && last.process.exitCode !== 0) throw new Error(last.errors())
      return last.lines.includes('done')
    },
    60_000,
  )
  await until('its end', () => last.process.exitCode !== null)
  const db = await openStore(store, { readOnly: true })
  const verdicts = await verdictsBetween<Verdict>(db, 0, Number.MAX_SAFE_INTEGER)
  const incidents: readonly Incident[] = await allIncidents(db)
  await db.close()
  return {
    unfinished,
    verdicts: verdicts.map(({ document }) => JSON.stringify(verdictDocument(document))),
    incidents: incidents.map((incident) => JSON.stringify(incidentDocument(incident))),
  }
}

/** Replay ends with each SLO's last verdict; the store keeps changes and whole hours. */
function holds(live: Awaited<ReturnType<typeof killed>>): void {
  expect(live.unfinished).toBeGreaterThanOrEqual(KILLS - 1)
  expect(live.incidents).toEqual(expected.incidents)
  expect(live.incidents.length).toBeGreaterThanOrEqual(4)
  const end = ANCHOR + (MINUTES + 1) * MINUTE
  const before = (lines: readonly string[]) =>
    lines.filter((line) => Date.parse((JSON.parse(line) as { at: string }).at) < end)
  expect(before(live.verdicts)).toEqual(before(expected.verdicts))
  const kept = new Set(expected.verdicts)
  expect(live.verdicts.filter((line) => !kept.has(line))).toEqual([])
}

describe('an archive read live, killed ten times and stopped for an hour, gives what its replay gives', () => {
  it('on SQLite', { timeout: 120_000 }, async () => {
    holds(await killed({ type: 'sqlite', path: place('assay.db') }, 1))
  })

  withPostgres('on Postgres', (postgres) => {
    it('the same', { timeout: 180_000 }, async () => {
      holds(await killed({ type: 'postgres', url: await postgres.createDatabase() }, 2))
    })
  })
})
