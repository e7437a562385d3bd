import { Failure } from '../model/failure.ts'
import type { Instant } from '../model/time.ts'
import type { ReloadStatus } from '../serve/status.ts'
import { createQueue } from '../store/queue.ts'
import type { Configuration, DaemonDeps } from './daemon.ts'
import type { InForce } from './in-force.ts'
import type { Log } from './log.ts'
import { needsRestart } from './needs-restart.ts'

export interface ReloadDeps {
  readonly reread: DaemonDeps['reread']
  readonly inForce: InForce
  /** Puts a configuration in force in every part of the daemon. */
  readonly use: (configuration: Configuration) => Promise<void>
  /** Writes down what came of it, for the command that asked. */
  readonly write: (status: ReloadStatus) => Promise<void>
  readonly onReload: (ok: boolean) => void
  readonly now: () => Instant
  readonly log: Log
}

/** Reads the configuration again: the new one is used whole, or the old one stays and it is said why. */
export interface Reload {
  readonly reload: () => Promise<ReloadStatus>
  /** What came of the last one; null: there was none. */
  readonly last: () => ReloadStatus | null
}

export function createReload({ reread, inForce, use, write, onReload, now, log }: ReloadDeps): Reload {
  /** A signal may come while a change of the files is being read. */
  const inTurn = createQueue()
  let last: ReloadStatus | null = null

  async function attempt(): Promise<ReloadStatus> {
    const { configuration, problems } = readAnew(reread)
    if (configuration === null) {
      log.error(
        { problems: problems.length },
        `the new configuration is not used, the old one stays: ${problems[0] ?? ''}`,
      )
      return { at: now(), ok: false, problems }
    }
    const later = needsRestart(inForce.project(), configuration.project)
    await use(configuration)
    const { plan } = configuration
    log.info({ slos: plan.slos.length, events: plan.events.size }, 'the configuration was read again')
    return { at: now(), ok: true, problems: later }
  }

  async function reload(): Promise<ReloadStatus> {
    const status = await attempt()
    last = status
    onReload(status.ok)
    await write(status).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error
      log.warn({ code: error.code }, `what came of the reload can't be written down: ${error.message}`)
    })
    return status
  }

  return { reload: () => inTurn(reload), last: () => last }
}

/** A file may vanish or be locked away while it is read. */
function readAnew(reread: DaemonDeps['reread']): ReturnType<DaemonDeps['reread']> {
  try {
    return reread()
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { configuration: null, problems: [`the configuration cannot be read: ${said}`] }
  }
}
