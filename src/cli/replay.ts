import { createWriteStream, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { Failure } from '../model/failure.ts'
import type { Severity } from '../model/sli.ts'
import { iso } from '../model/time.ts'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createFileSource } from '../observe/sources/file/file-source.ts'
import { incidentDocument } from '../report/documents/incident.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'
import { scorecardOf } from '../runtime/scorecard.ts'
import { replayArchive } from '../runtime/replay.ts'
import { deliverAll } from './deliver-all.ts'
import { openStore } from '../store/open.ts'
import { allQuarantine } from '../store/quarantine.ts'
import type { Database } from '../store/sql.ts'
import { chooseSource } from './choose-source.ts'
import type { ExitCode, Io } from './io.ts'
import { configured } from './project.ts'
import { version } from './version.ts'

export interface ReplayOptions {
  readonly files: readonly string[]
  readonly config: string
  readonly out: string
  readonly source?: string
  readonly store?: string
  readonly verdicts: 'changes' | 'all'
  readonly failOn?: 'page' | 'ticket' | null
  readonly deliver?: boolean
}

/** Files of a replay, in the order in which they are put in place at the end. */
const OUTPUTS = [
  'verdicts.ndjson',
  'notifications.ndjson',
  'quarantine.ndjson',
  'incidents.json',
  'metrics.prom',
  'scorecard.json',
] as const

/** Replays archives into a folder. 1 where `failOn` names a severity that an incident reached. */
export async function replay(options: ReplayOptions, io: Io): Promise<ExitCode> {
  const config = configured(options.config, io)
  if (config === null) return 2
  const { project, plan } = config
  const paths = options.files.map((file) => resolve(io.cwd, file))
  const missing = paths.filter((path) => statSync(path, { throwIfNoEntry: false }) === undefined)
  for (const path of missing) io.err(`assay: there is no file ${path}\n`)
  if (missing.length > 0) return 2
  const chosen = chooseSource(project, paths, options.source ?? null)
  if ('problem' in chosen) {
    io.err(`assay: ${chosen.problem}\n`)
    return 2
  }
  const out = resolve(io.cwd, options.out)
  const files = openOutputs(out)
  const db = await openStore({
    type: 'sqlite',
    path: options.store === undefined ? ':memory:' : resolve(io.cwd, options.store),
  })
  try {
    const progress = createProgress(io)
    const source = createFileSource({
      id: chosen.id,
      root: project.root,
      paths,
      format: chosen.format,
      follow: false,
      now: io.now,
      early: createEarlyCheck(() => plan),
    })
    const verdicts = files.stream('verdicts.ndjson')
    const notifications = files.stream('notifications.ndjson')
    const replayed = await replayArchive({
      db,
      plan,
      routes: project.routes.value,
      publicUrl: project.assay.value.http.public_url ?? null,
      source,
      horizon: chosen.horizon,
      everyVerdict: options.verdicts === 'all',
      deliver: options.deliver === true,
      version: version(),
      signal: io.signal,
      onVerdict: verdicts.line,
      onNotification: notifications.line,
      onProgress: progress.to,
    })
    progress.done()
    if (io.signal.aborted) throw new Failure('interrupted', 'The replay was interrupted: nothing was written.')
    if (options.deliver === true) await deliverAll(db, project.routes.value, io)
    await writeQuarantine(db, files.stream('quarantine.ndjson').line)
    files.whole('incidents.json', `${JSON.stringify(replayed.incidents.map(incidentDocument), null, 2)}\n`)
    files.whole('metrics.prom', replayed.metrics)
    files.whole('scorecard.json', `${JSON.stringify(await scorecardOf(db, plan), null, 2)}\n`)
    await files.commit()
    report(replayed.records, replayed.incidents, out, io)
    return fails(options.failOn ?? null, replayed.severities) ? 1 : 0
  } catch (error) {
    files.discard()
    throw error
  } finally {
    await db.close()
  }
}

function fails(failOn: 'page' | 'ticket' | null, severities: ReadonlySet<Severity>): boolean {
  return failOn !== null && (severities.has('page') || (failOn === 'ticket' && severities.has('ticket')))
}

/** Writes beside the final names and renames at the end, so that a replay that fails leaves the last one's files as they were. */
function openOutputs(out: string) {
  mkdirSync(out, { recursive: true })
  const temporary = (name: string): string => join(out, `.${name}.part`)
  const streams = new Map<string, ReturnType<typeof createWriteStream>>()
  let failure: Error | null = null
  return {
    stream: (name: (typeof OUTPUTS)[number]) => {
      const stream = createWriteStream(temporary(name), { highWaterMark: 1 << 20 })
      stream.on('error', (error) => {
        failure = error
      })
      streams.set(name, stream)
      return {
        line: (text: string) => {
          if (failure !== null) throw outputFailure(failure)
          stream.write(`${text}\n`)
        },
      }
    },
    whole: (name: (typeof OUTPUTS)[number], text: string) => {
      try {
        writeFileSync(temporary(name), text)
      } catch (error) {
        throw outputFailure(error)
      }
    },
    commit: async () => {
      for (const stream of streams.values()) {
        if (stream.pending) await once(stream, 'open')
        stream.end()
        await finished(stream).catch((error: unknown) => {
          throw outputFailure(error)
        })
      }
      for (const name of OUTPUTS) renameSync(temporary(name), join(out, name))
    },
    discard: () => {
      for (const stream of streams.values()) stream.destroy()
      for (const name of OUTPUTS) rmSync(temporary(name), { force: true })
    },
  }
}

function outputFailure(error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error)
  return new Failure('output_not_writable', `The results cannot be written (${said}).`, {
    remedy: 'Free some space, or name another folder with --out; what an earlier replay wrote there is as it was.',
    cause: error,
  })
}

async function writeQuarantine(db: Database, line: (text: string) => void): Promise<void> {
  for (const { source, position, arrivedAt, event, reason, violations, payload } of await allQuarantine(db)) {
    line(
      JSON.stringify({
        schema_version: SCHEMA_VERSION,
        source,
        position,
        arrived_at: arrivedAt === null ? null : iso(arrivedAt),
        event,
        reason,
        violations,
        payload: JSON.parse(payload) as unknown,
      }),
    )
  }
}

function report(records: number, incidents: readonly { readonly severity: Severity }[], out: string, io: Io): void {
  const counts = (['page', 'ticket', 'info'] as const).map(
    (severity) => `${incidents.filter((one) => one.severity === severity).length} ${severity}`,
  )
  io.out(`${records} records replayed; incidents: ${counts.join(', ')}. Written to ${out}\n`)
}

/** Records so far, on a terminal's own line, twice a second. */
function createProgress(io: Io) {
  let shownAt = io.now()
  let shown = false
  return {
    to: (records: number) => {
      if (!io.isTerminal || io.now() - shownAt < 500) return
      shownAt = io.now()
      shown = true
      io.err(`\r${records.toLocaleString('en')} records …`)
    },
    done: () => {
      if (shown) io.err('\r\u001b[K')
    },
  }
}
