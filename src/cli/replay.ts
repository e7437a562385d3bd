import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Failure } from '../model/failure.ts'
import type { Severity } from '../model/sli.ts'
import { type Instant, iso } from '../model/time.ts'
import { createEarlyCheck } from '../observe/check/early.ts'
import { createFileSource } from '../observe/sources/file/file-source.ts'
import { incidentDocument } from '../report/documents/incident.ts'
import { SCHEMA_VERSION } from '../report/documents/verdict.ts'
import { scorecardOfArchive } from '../runtime/scorecard/scorecard.ts'
import { isWorthThread, startReadingThread } from '../runtime/read-archive.ts'
import { replayArchive } from '../runtime/replay.ts'
import { deliverAll } from './deliver-all.ts'
import { openStore } from '../store/open.ts'
import { allQuarantine } from '../store/quarantine.ts'
import type { Database } from '../store/sql.ts'
import { chooseSource } from './choose-source.ts'
import type { ExitCode, Io } from './io.ts'
import { configured } from './project.ts'
import { openOutputs, type ReplayOutputs } from './replay-outputs.ts'
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
  /** Whether a thread of its own reads the files; by default it does where they are large. */
  readonly thread?: boolean
}

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
  // Almost all that a replay makes is garbage at once: a young generation that stays small costs no time and half the
  // memory. The reading thread's, which is made with these, is large enough for a batch and all that is parsed for it.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=50')
  setFlagsFromString('--min-semi-space-size=8')
  const out = resolve(io.cwd, options.out)
  const db = await openStore({
    type: 'sqlite',
    path: options.store === undefined ? ':memory:' : resolve(io.cwd, options.store),
  })
  const early = createEarlyCheck(() => plan)
  const thread =
    (options.thread ?? isWorthThread(paths))
      ? startReadingThread(
          { config: resolve(io.cwd, options.config), planHash: plan.hash, format: chosen.format },
          early,
        )
      : null
  let files: ReplayOutputs | null = null
  try {
    const outputs = openOutputs(out)
    files = outputs
    const progress = createProgress(io)
    const source = createFileSource({
      id: chosen.id,
      root: project.root,
      paths,
      format: chosen.format,
      follow: false,
      now: io.now,
      early,
      ...(thread === null ? {} : { openRecords: thread.openRecords }),
    })
    const replayed = await replayArchive({
      db,
      plan,
      routes: project.routes.value,
      publicUrl: project.assay.value.http.public_url ?? null,
      source,
      horizon: chosen.horizon,
      storeLasts: options.store !== undefined,
      everyVerdict: options.verdicts === 'all',
      deliver: options.deliver === true,
      version: version(),
      signal: io.signal,
      onVerdict: (line) => outputs.write('verdicts.ndjson', `${line}\n`),
      onNotification: (line) => outputs.write('notifications.ndjson', `${line}\n`),
      onProgress: progress.to,
    })
    progress.done()
    if (io.signal.aborted) throw new Failure('interrupted', 'The replay was interrupted: nothing was written.')
    const { state, detail } = source.state()
    if (state === 'failing') {
      // A verdict on half an archive would be taken for one on the whole.
      throw new Failure('bad_input', `Not everything could be read: ${detail}`, { remedy: 'No results were written.' })
    }
    if (options.deliver === true) await deliverAll(db, project.routes.value, io)
    await writeQuarantine(db, (line) => outputs.write('quarantine.ndjson', `${line}\n`))
    outputs.write('incidents.json', `${JSON.stringify(replayed.incidents.map(incidentDocument), null, 2)}\n`)
    outputs.write('metrics.prom', replayed.metrics)
    outputs.write('scorecard.json', `${JSON.stringify(await scorecardOfArchive(db, plan), null, 2)}\n`)
    outputs.commit()
    report(replayed.records, replayed.incidents, out, io)
    return fails(options.failOn ?? null, replayed.severities) ? 1 : 0
  } catch (error) {
    files?.discard()
    throw error
  } finally {
    await thread?.close()
    await db.close()
  }
}

function fails(failOn: 'page' | 'ticket' | null, severities: ReadonlySet<Severity>): boolean {
  return failOn !== null && (severities.has('page') || (failOn === 'ticket' && severities.has('ticket')))
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

/** Records so far, and until when all is judged, on a terminal's own line, twice a second. */
function createProgress(io: Io) {
  let shownAt = io.now()
  let shown = false
  return {
    to: (records: number, until: Instant | null) => {
      if (!io.isTerminal || io.now() - shownAt < 500) return
      shownAt = io.now()
      shown = true
      io.err(
        `\r${records.toLocaleString('en')} records${until === null ? '' : `, judged until ${iso(until).slice(0, 10)}`} …`,
      )
    },
    done: () => {
      if (shown) io.err('\r\u001b[K')
    },
  }
}
