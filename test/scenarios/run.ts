import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ExitCode, Io } from '../../src/cli/io.ts'
import type { Expectation, Fields, Outputs } from './expectation.ts'
import type { Line } from './segment.ts'

/** What replay is asked for; the command under test takes at least this. */
export interface ReplayRequest {
  readonly files: readonly string[]
  readonly config: string
  readonly out: string
  readonly verdicts: 'all' | 'changes'
  readonly failOn: 'page' | 'ticket' | null
}

export type Replay = (request: ReplayRequest, io: Io) => Promise<ExitCode>

/** A folder with rules, alerts, a generator of events, and what was worked out by hand. */
export interface Scenario {
  readonly name: string
  readonly folder: string
  readonly expected: Expectation
}

export function scenarios(): readonly Scenario[] {
  const root = import.meta.dirname
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const folder = join(root, name)
      return { name, folder, expected: JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expectation }
    })
}

/** Replays a scenario into `out` (an empty folder), and reads what was written. */
export async function runScenario({ folder, expected }: Scenario, out: string, replay: Replay): Promise<Outputs> {
  const archive = join(out, 'events.ndjson')
  const { events } = (await import(pathToFileURL(join(folder, 'events.ts')).href)) as { events: () => Iterable<Line> }
  writeFileSync(archive, ndjson(events()))
  const said: string[] = []
  const io: Io = {
    env: {},
    cwd: folder,
    out: (text) => said.push(text),
    err: (text) => said.push(text),
    isTerminal: false,
    now: () => Date.UTC(2027, 0, 1),
    signal: new AbortController().signal,
  }
  const request: ReplayRequest = {
    files: [archive],
    config: join(folder, 'rules', 'assay.yaml'),
    out,
    verdicts: expected.written ?? 'all',
    failOn: expected.fail_on ?? null,
  }
  const exit = await replay(request, io)
  if (exit > 1) throw new Error(`replay ended with ${exit}:\n${said.join('\n')}`)
  return {
    exit,
    verdicts: linesOf(join(out, 'verdicts.ndjson')),
    incidents: JSON.parse(readFileSync(join(out, 'incidents.json'), 'utf8')) as Fields[],
    notifications: linesOf(join(out, 'notifications.ndjson')),
    quarantine: linesOf(join(out, 'quarantine.ndjson')),
    metrics: readFileSync(join(out, 'metrics.prom'), 'utf8'),
  }
}

function ndjson(lines: Iterable<Line>): Buffer {
  const end = Buffer.from('\n')
  return Buffer.concat([...lines].flatMap((line) => [Buffer.from(line), end]))
}

function linesOf(file: string): readonly Fields[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fields)
}
