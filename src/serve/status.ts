import type { SourceState } from '../observe/sources/source.ts'
import type { Instant } from '../model/time.ts'

/** How one source does. */
export interface SourceStatus extends SourceState {
  readonly id: string
  readonly type: string
  /** Everything that arrived before it has been counted; null: nothing known yet. */
  readonly watermark: Instant | null
}

export interface ReceiverStatus {
  readonly name: string
  readonly type: string
  /** Why it sends nothing (an unset secret); null: it does. */
  readonly disabled: string | null
}

/** What is sent elsewhere beside alerts: traces, lineage. */
export interface EmitterStatus {
  readonly name: string
  /** `off`: not configured; `disabled`: a secret is unset; `failing`: what is sent doesn't arrive. */
  readonly state: 'off' | 'running' | 'failing' | 'disabled'
  /** In words; empty when all is well. */
  readonly detail: string
}

/** What came of the last time the configuration was read. */
export interface ReloadStatus {
  readonly at: Instant
  readonly ok: boolean
  /** One line a problem, as `lint` prints them; empty when all is well. */
  readonly problems: readonly string[]
}

/** What the daemon knows of itself: filled by the runtime, shown on pages, in `/readyz` and in the API. */
export interface DaemonStatus {
  readonly version: string
  readonly startedAt: Instant
  /** Why it isn't ready, in words; empty: store reachable and every source started. */
  readonly notReady: readonly string[]
  readonly sources: readonly SourceStatus[]
  readonly receivers: readonly ReceiverStatus[]
  readonly telemetry: readonly EmitterStatus[]
  /** Null: the configuration is that of the start. */
  readonly lastReload: ReloadStatus | null
  /** The last minute judged ends here; null: none yet. */
  readonly judgedUntil: Instant | null
  /** Folder that contracts are saved under, as the user would type it: `rules`. */
  readonly rulesFolder: string
}

/** How far a source is behind `now`, in milliseconds; null where that says nothing. */
export function behind(source: SourceStatus, now: Instant): number | null {
  if (source.watermark === null || source.state === 'complete' || source.state === 'disabled') return null
  return Math.max(0, now - source.watermark)
}
