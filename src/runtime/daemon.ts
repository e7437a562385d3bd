import type { Project } from '../config/project.ts'
import type { Instant } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import type { DaemonStatus, ReloadStatus } from '../serve/status.ts'
import type { Log } from './log.ts'

/** Where the daemon says who it is and what came of its last reload, for `assay reload`. */
export const DAEMON_NOTE = 'daemon'

/** What that note holds. */
export interface DaemonNote {
  readonly pid: number
  readonly host: string
  readonly url: string
  readonly reload: ReloadStatus | null
}

/** A configuration in force. */
export interface Configuration {
  readonly project: Project
  readonly plan: Plan
}

export interface DaemonDeps {
  readonly configuration: Configuration
  /** Reads the configuration anew; null with the problems where it can't be used. */
  readonly reread: () => { readonly configuration: Configuration | null; readonly problems: readonly string[] }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => Instant
  readonly write: (text: string) => void
  readonly log: Log
  readonly version: string
  readonly pid: number
  /** Overrides http.port. */
  readonly port: number | null
}

/** An Assay that runs in this process. */
export interface Daemon {
  readonly url: string
  readonly status: () => DaemonStatus
  /** Reads the configuration again and puts it in force, or keeps the old one and says why. */
  readonly reload: () => Promise<ReloadStatus>
  /** Rejects when a loop broke in a way that can't pass. */
  readonly broken: Promise<never>
  /** Stops in reverse order of the start; what takes too long is cut off. */
  readonly stop: () => Promise<void>
}
