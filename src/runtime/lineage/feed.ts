import { Failure } from '../../model/failure.ts'
import { HOUR, type Instant } from '../../model/time.ts'
import type { DueRun, Told } from '../../report/lineage/due.ts'
import {
  createEmission,
  EMISSION_OUTCOMES,
  type Emission,
  type EmissionOutcome,
} from '../../report/lineage/transports/emission.ts'
import type { Emitter } from '../../report/lineage/transports/emitter.ts'
import type { Database } from '../../store/sql.ts'
import type { Log } from '../log.ts'
import { readTold, type Telling, writeTold } from './told-note.ts'

export interface FeedDeps {
  readonly db: Database
  readonly log: Log
  /** Runs that wait at most. */
  readonly most?: number
  readonly onOutcome: (emitter: string, outcome: EmissionOutcome, runs: number) => void
}

/** An emitter with what waits for it and what its other side knows. */
export interface Feed {
  readonly name: string
  readonly emission: Emission<DueRun['tells']>
  /** What the other side has been told, read from the store at first. `latest`: where the judged time stands. */
  readonly recall: (latest: Instant) => Promise<Telling>
  /** Another process leads now, and tells. */
  readonly forget: () => void
  /** Writes down what has been told since the last time; again the next time, where the store doesn't take it. */
  readonly write: () => Promise<void>
}

/** A whole hour of more events than anyone has; about 20 MB. */
const MOST_WAITING = 10_000

export function createFeed(emitter: Emitter, { db, log, most = MOST_WAITING, onOutcome }: FeedDeps): Feed {
  const { name } = emitter
  let from: Instant = 0
  let told = new Map<string, Told>()
  /** What was told has been read since this process began to lead. */
  let isKnown = false
  let isWritten = true
  for (const outcome of EMISSION_OUTCOMES) onOutcome(name, outcome, 0)
  return {
    name,
    emission: createEmission<DueRun['tells']>({
      emitter,
      most,
      random: Math.random,
      setTimer: (wait, run) => {
        const timer = setTimeout(run, wait)
        return () => clearTimeout(timer)
      },
      log,
      onOutcome: (_name, outcome) => onOutcome(name, outcome, 1),
      onDone: (tells) => {
        for (const [slo, what] of tells) told.set(slo, what)
        isWritten = false
      },
    }),
    recall: async (latest) => {
      if (!isKnown) {
        const before = await readTold(db, name)
        from = before?.from ?? latest - HOUR
        told = new Map(before?.told)
        // Written down now: what is judged before anything has been told is known to be owed.
        if (before === null) await writeTold(db, name, { from, told })
        isKnown = true
      }
      return { from, told }
    },
    forget: () => {
      isKnown = false
    },
    write: async () => {
      if (isWritten) return
      isWritten = true
      try {
        await writeTold(db, name, { from, told })
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        isWritten = false
      }
    },
  }
}
