import { flushCompileCache } from 'node:module'
import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import type { Project } from '../config/load.ts'
import type { SourceConfig } from '../config/schema.ts'
import { problemLine } from '../model/problem.ts'
import { startDaemon } from '../runtime/app.ts'
import type { Configuration, Daemon } from '../runtime/daemon.ts'
import { createLog } from '../runtime/log.ts'
import type { ExitCode, Io } from './io.ts'
import { readConfiguration } from './project.ts'
import { version } from './version.ts'
import { welcome } from './welcome.ts'

export interface RunOptions {
  readonly config: string
  /** False: sources of type demo are left out. */
  readonly demo: boolean
  /** Nothing but the demo, on a store in memory. */
  readonly onlyDemo?: boolean
  readonly port?: number
  /** Days of history with which the demo begins. */
  readonly days?: number
}

/** A change of the rules is read once no further file has changed for this long. */
const SETTLED_MS = 300

/** Runs the daemon until the signal aborts. */
export async function run(options: RunOptions, io: Io): Promise<ExitCode> {
  const read = () => readChosen(options, io)
  const first = read()
  if (first.configuration === null) {
    for (const problem of first.problems) io.err(`${problem}\n`)
    io.err('assay: nothing was started: the configuration above has errors\n')
    return 2
  }
  for (const warning of first.problems) io.err(`${warning}\n`)
  const log = createLog(io.err, io.isTerminal)
  let daemon: Daemon | null = null
  /** A change or a signal that came while it was starting. */
  let isDue = false
  const reload = (): void => {
    isDue = daemon === null
    daemon?.reload().catch((error: unknown) => log.error({ error: String(error) }, 'the reload failed'))
  }
  io.onHangup?.(reload)
  const stopWatching = watchRules(first.configuration.project, reload)
  try {
    daemon = await startDaemon({
      configuration: first.configuration,
      reread: read,
      env: io.env,
      now: io.now,
      write: io.out,
      log,
      version: version(),
      pid: process.pid,
      port: options.port ?? null,
    })
    // Counted from the start of the process: loading it is a part of what one waits for.
    io.out(welcome(daemon, first.configuration, performance.now()))
    // Now, since the end is to come at once.
    flushCompileCache()
    if (isDue) reload()
    await Promise.race([daemon.broken, aborted(io.signal)])
    return 0
  } finally {
    stopWatching()
    if (daemon !== null) {
      await daemon.stop()
      log.info('stopped')
    }
  }
}

function readChosen(
  { config, demo, onlyDemo = false, days }: RunOptions,
  io: Io,
): { configuration: Configuration | null; problems: readonly string[] } {
  const choose = (project: Project): Project => withHistory(withSources(project, demo, onlyDemo), days)
  const { project, plan, problems } = readConfiguration(config, io, { choose })
  return {
    configuration: project === null || plan === null ? null : { project, plan },
    problems: problems.map(problemLine),
  }
}

/** The project with or without its demo sources. An SLO that names one left out names no unknown source. */
function withSources(project: Project, demo: boolean, onlyDemo: boolean): Project {
  const { value } = project.assay
  const isWanted = ({ type }: SourceConfig): boolean =>
    onlyDemo ? type !== 'file' && type !== 'kafka' : demo || type !== 'demo'
  const sources = value.sources.filter(isWanted)
  const store = onlyDemo ? { type: 'sqlite' as const, path: ':memory:' } : value.store
  const { names, all } = project.unread.sources
  const leftOut = value.sources.filter((source) => !isWanted(source)).map(({ id }) => id)
  return {
    ...project,
    // The demo has no tables: neither they nor SLOs on them are there.
    ...(onlyDemo ? { tables: [], slos: project.slos.filter((slo) => slo.value.sli.table === undefined) } : {}),
    assay: {
      ...project.assay,
      value: { ...value, sources, store, warehouses: onlyDemo ? [] : value.warehouses },
    },
    unread: {
      ...project.unread,
      sources: { names: new Set([...names, ...leftOut]), all },
      tables: { ...project.unread.tables, all: onlyDemo || project.unread.tables.all },
    },
  }
}

/** The project whose demo has a history. */
function withHistory(project: Project, days: number | undefined): Project {
  if (days === undefined) return project
  const { value } = project.assay
  const sources = value.sources.map((source) => (source.type === 'demo' ? { ...source, days } : source))
  return { ...project, assay: { ...project.assay, value: { ...value, sources } } }
}

/** Reloads when a file of the rules or the alerts has changed and the editor has gone quiet. */
function watchRules(project: Project, reload: () => void): () => void {
  let timer: NodeJS.Timeout | null = null
  const watchers: FSWatcher[] = []
  const changed = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(reload, SETTLED_MS)
  }
  for (const folder of [join(project.root, project.rulesFolder), join(project.root, 'alerts')]) {
    try {
      const watcher = watch(folder, { recursive: true }, (_event, name) => {
        if (name === null || isTold(name)) changed()
      })
      // A folder that goes away is read as such at the next reload; it must not end the daemon.
      watcher.on('error', () => watcher.close())
      watchers.push(watcher)
    } catch {
      // No such folder: nothing to watch.
    }
  }
  return () => {
    if (timer !== null) clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}

/** Whether a change of this name may be one of the rules. What editors write beside them isn't; what Kubernetes mounts comes in folders such as `..2026_11_21.1`. */
function isTold(name: string): boolean {
  const isHidden = /(^|[/\\])\./.test(name)
  return (/\.(ya?ml|ics)$/.test(name) && !isHidden) || !/\.\w+$/.test(name) || /(^|[/\\])\.\.[^/\\]+$/.test(name)
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resume) => signal.addEventListener('abort', () => resume(), { once: true }))
}
