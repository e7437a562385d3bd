import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../model/failure.ts'
import { type Duration, SECOND } from '../model/time.ts'
import { regainWriter, type Writer } from '../store/leases.ts'
import type { Database } from '../store/sql.ts'

const RETRY: Duration = SECOND

/**
 * Keeps a writer's slot until the signal aborts: a lock that went with its connection is taken again, before an instance that
 * starts takes the slot for a free one. Throws `writer_taken` where that has happened: two must not count under one name.
 */
export async function keepWriter(db: Database, writer: Writer, signal: AbortSignal): Promise<void> {
  let held = writer
  while (!signal.aborted) {
    await aborted(AbortSignal.any([held.lost, signal]))
    if (signal.aborted) break
    held = (await regained(db, writer, signal)) ?? held
  }
  if (held !== writer) await held.release()
}

async function regained(db: Database, writer: Writer, signal: AbortSignal): Promise<Writer | null> {
  while (!signal.aborted) {
    const again = await attempt(db, writer)
    if (again === 'taken') {
      throw new Failure(
        'writer_taken',
        `Another Assay has taken writer slot ${writer.slot} while the store was away.`,
        {
          remedy: 'start this one again: it takes a slot of its own',
        },
      )
    }
    if (again !== 'not_yet') return again
    await pause(RETRY, undefined, { signal }).catch(() => undefined)
  }
  return null
}

async function attempt(db: Database, writer: Writer): Promise<Awaited<ReturnType<typeof regainWriter>>> {
  try {
    return await regainWriter(db, writer)
  } catch (error) {
    if (error instanceof Failure && error.retryable) return 'not_yet'
    throw error
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resume) => signal.addEventListener('abort', () => resume(), { once: true }))
}
