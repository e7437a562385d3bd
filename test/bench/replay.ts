import { spawnSync } from 'node:child_process'
import { copyFileSync, createWriteStream, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'
import { createGzip } from 'node:zlib'
import { temporaryFolder } from '../support/temporary.ts'
import type { Figure } from './figure.ts'
import { contractYaml, segmentEvent } from './segment-event.ts'

const EVENTS = 1_000_000
const START = Date.UTC(2026, 0, 5)
const ROUNDS = 4

/** `replay` of a million gzipped events beside a bare loop that gunzips, splits, parses and validates the same file. */
export async function bench(): Promise<Figure[]> {
  const folder = temporaryFolder()
  try {
    const archive = folder.file('events.ndjson.gz')
    await writeArchive(archive)
    const rules = writeRules(folder.path)
    const build = buildInto(folder.path)
    const runs = { bare: [] as Run[], replay: [] as Run[] }
    for (let round = 0; round < ROUNDS; round++) {
      runs.bare.push(run('bare-loop.ts', [archive]))
      runs.replay.push(run('replay-child.ts', [build, archive, rules, folder.file(`out-${round}`)]))
    }
    const bare = Math.min(...runs.bare.map(({ milliseconds }) => milliseconds))
    const replay = Math.min(...runs.replay.map(({ milliseconds }) => milliseconds))
    const rss = Math.max(...runs.replay.map(({ megabytes }) => megabytes))
    const rate = (milliseconds: number): number => Math.round((EVENTS * 1_000) / milliseconds)
    const ratio = Math.round((bare / replay) * 100) / 100
    return [
      {
        name: 'replay 1,000,000 gzipped events',
        value: rate(replay),
        unit: 'events/s',
        reference: 'gunzip, split, JSON.parse, Ajv',
        reference_value: rate(bare),
        ratio,
      },
      {
        name: 'replay, memory at most',
        value: rss,
        unit: 'MB',
        reference: 'goal',
        reference_value: 300,
        ratio: Math.round((rss / 300) * 100) / 100,
      },
    ]
  } finally {
    folder.remove()
  }
}

/** The package as it is published: compiled, without a TypeScript loader in the process. */
function buildInto(folder: string): string {
  const root = join(import.meta.dirname, '..', '..')
  const tsc = spawnSync(
    join(root, 'node_modules', '.bin', 'tsc'),
    ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist')],
    { encoding: 'utf8' },
  )
  if (tsc.status !== 0) throw new Error(`the build failed: ${tsc.stdout}`)
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'dist', 'cli', 'replay.js')
}

interface Run {
  readonly milliseconds: number
  readonly megabytes: number
}

function run(script: string, args: readonly string[]): Run {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Run
}

/** A day of records, in the order of their arrival. */
async function writeArchive(path: string): Promise<void> {
  const gzip = createGzip({ level: 1 })
  const done = once(gzip.pipe(createWriteStream(path)), 'finish')
  for (let index = 0; index < EVENTS; index += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, offset) =>
      segmentEvent(index + offset, START + (index + offset) * 80),
    )
    if (!gzip.write(`${lines.join('\n')}\n`)) await once(gzip, 'drain')
  }
  gzip.end()
  await done
}

function writeRules(folder: string): string {
  const domain = join(folder, 'rules', 'domains', 'shop')
  mkdirSync(join(domain, 'events'), { recursive: true })
  const config = join(folder, 'rules', 'assay.yaml')
  writeFileSync(config, 'version: 1\nsources:\n  - { id: web, type: http }\n')
  const defaults =
    'defaults: { slos: { validity: 99.5, completeness: 99, uniqueness: 99, freshness: { max_age: 30m, objective: 99 } } }'
  writeFileSync(join(domain, 'domain.yaml'), `domain: shop\nowner: { team: shop }\ntier: P1\n${defaults}\n`)
  writeFileSync(join(domain, 'events', 'contract.yaml'), contractYaml())
  return config
}
