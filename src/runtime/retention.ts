import type { Project } from '../config/project.ts'
import { Failure } from '../model/failure.ts'
import { DAY, type Duration, type Instant, MINUTE } from '../model/time.ts'
import { applyRetention, type Retention } from '../store/retention.ts'
import type { Database } from '../store/sql.ts'
import type { Watermark } from './evaluate/watermark.ts'
import type { Log } from './log.ts'
import { createHeldClock } from './held-clock.ts'
import { every } from './repeat.ts'
import { createRetentionClock } from './retention-clock.ts'

export interface RetentionDeps {
  readonly db: Database
  readonly project: () => Project
  /** Of the sources that run, as far as they have been judged; null: not known yet. */
  readonly watermarks: () => ReadonlyMap<string, Watermark> | null
  readonly leads: () => boolean
  readonly now: () => Instant
  readonly log: Log
}

const RETENTION_EVERY: Duration = MINUTE

/** Removes what is older than it must be kept, once a minute while this process leads, until the signal aborts. */
export async function keepRetention(deps: RetentionDeps, signal: AbortSignal): Promise<void> {
  // Nothing brings back what a wrong clock made old.
  const now = createHeldClock({ now: deps.now, hold: DAY })
  const kept = (): Kept => keptBy(deps.project())
  await every(RETENTION_EVERY, signal, createRetention({ ...deps, now, kept }))
}

type Kept = Pick<Retention, 'minutes' | 'hours' | 'quarantine' | 'duplicates'>

function keptBy({ assay }: Project): Kept {
  const { retention, sources } = assay.value
  const { minutes, hours, quarantine } = retention
  return {
    minutes,
    hours,
    quarantine,
    duplicates: Math.max(DAY, ...sources.map((source) => source.duplicates_horizon)),
  }
}

/** One look: to be called at least once an hour. What is old and waits to be judged stays; so nothing goes before a round has told what waits. */
export function createRetention(
  deps: Omit<RetentionDeps, 'project'> & { readonly kept: () => Kept },
): () => Promise<void> {
  const { db, log } = deps
  const clock = createRetentionClock()
  return async () => {
    const at = deps.now()
    const watermarks = deps.watermarks()
    if (!deps.leads() || watermarks === null) return
    try {
      await applyRetention(db, clock.at(watermarks, at), deps.kept())
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      log.warn({ code: error.code }, `retention is put off: ${error.message}`)
    }
  }
}
