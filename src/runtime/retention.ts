import type { Project } from '../config/project.ts'
import { Failure } from '../model/failure.ts'
import { DAY, type Duration, type Instant, MINUTE } from '../model/time.ts'
import { applyRetention } from '../store/retention.ts'
import type { Database } from '../store/sql.ts'
import type { Watermark } from './evaluate/watermark.ts'
import type { Log } from './log.ts'
import { createHeldClock } from './held-clock.ts'
import { every } from './repeat.ts'
import { createRetentionClock } from './retention-clock.ts'

export interface RetentionDeps {
  readonly db: Database
  readonly project: () => Project
  readonly watermarks: () => ReadonlyMap<string, Watermark>
  readonly leads: () => boolean
  readonly now: () => Instant
  readonly log: Log
}

const RETENTION_EVERY: Duration = MINUTE

/** Removes what is older than it must be kept, once a minute while this process leads, until the signal aborts. */
export async function keepRetention(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  const { db, log } = deps
  const clock = createRetentionClock()
  // Nothing brings back what a wrong clock made old.
  const now = createHeldClock({ now: deps.now, hold: DAY })
  await every(RETENTION_EVERY, signal, async () => {
    const at = now()
    if (!deps.leads()) return
    const { retention, sources } = deps.project().assay.value
    const { minutes, hours, quarantine } = retention
    const duplicates = Math.max(DAY, ...sources.map((source) => source.duplicates_horizon))
    try {
      await applyRetention(db, clock.at(deps.watermarks(), at), { minutes, hours, quarantine, duplicates })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      log.warn({ code: error.code }, `retention is put off: ${error.message}`)
    }
  })
}
