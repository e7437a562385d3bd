import { Failure } from '../model/failure.ts'
import type { Instant } from '../model/time.ts'
import type { Database, Sql } from './sql.ts'

/** A leased slot number under which this process writes window rows; nobody else writes under it. */
export interface Writer {
  readonly slot: number
  /** Fences off the slot's former holder. */
  readonly epoch: number
  /** Aborts when the slot may be somebody else's: stop writing, take a new one. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** The right to evaluate and deliver. */
export interface Leadership {
  readonly epoch: number
  readonly lost: AbortSignal
  release(): Promise<void>
}

const MOST_WRITERS = 1_000

/**
 * Claims the whole store for this process where the engine serves one only; Postgres serves many, so there it always
 * succeeds. Throws `store_in_use`.
 */
export async function claimStore(db: Database, place: string): Promise<{ release(): Promise<void> }> {
  if (db.engine === 'postgres') return { release: async () => undefined }
  const lock = await db.lock('daemon')
  if (lock !== null) return lock
  throw new Failure('store_in_use', `The store ${place} is in use by another Assay.`, {
    remedy: 'stop the other one, or give this one a store of its own (store.path)',
  })
}

/** Takes the smallest free writer slot. Its commit numbers go on where the last holder stopped. */
export async function takeWriter(db: Database): Promise<Writer> {
  for (let slot = 1; slot <= MOST_WRITERS; slot += 1) {
    const lock = await db.lock(`writer-${slot}`)
    if (lock === null) continue
    try {
      const [row] = await db.transaction((sql) =>
        sql.all<{ epoch: number }>(
          `insert into writer as w (slot, epoch, seq) values (?, 1, 0)
           on conflict (slot) do update set epoch = w.epoch + 1 returning epoch`,
          [slot],
        ),
      )
      return { slot, epoch: row?.epoch ?? 1, lost: lock.lost, release: () => lock.release() }
    } catch (error) {
      await lock.release()
      throw error
    }
  }
  throw new Failure('store_busy', `All ${MOST_WRITERS} writer slots of the store are taken.`, {
    retryable: true,
    remedy: 'stop instances of Assay that are not needed',
  })
}

/**
 * Locks a slot again whose lock was lost with its connection: the same writer, with a lock that holds. `taken`: somebody else
 * has, or had, the slot meanwhile. `not_yet`: the server still holds the lock for a connection that it doesn't know to be dead.
 * Throws a retryable `Failure` while the store doesn't answer.
 */
export async function regainWriter(db: Database, { slot, epoch }: Writer): Promise<Writer | 'taken' | 'not_yet'> {
  const lock = await db.lock(`writer-${slot}`)
  try {
    const rows = await db.all<{ epoch: number }>('select epoch from writer where slot = ?', [slot])
    const isOurs = rows[0]?.epoch === epoch
    if (isOurs && lock !== null) return { slot, epoch, lost: lock.lost, release: () => lock.release() }
    await lock?.release()
    return isOurs ? 'not_yet' : 'taken'
  } catch (error) {
    await lock?.release()
    throw error
  }
}

/** Takes the lead, or answers null while another process has it. `holder` is shown to people. */
export async function takeLeadership(db: Database, holder: string, now: Instant = 0): Promise<Leadership | null> {
  const lock = await db.lock('leader')
  if (lock === null) return null
  try {
    const [row] = await db.transaction((sql) =>
      sql.all<{ epoch: number }>(
        `insert into lease as l (name, epoch, holder, taken_at) values ('leader', 1, ?, ?)
         on conflict (name) do update set epoch = l.epoch + 1, holder = excluded.holder, taken_at = excluded.taken_at
         returning epoch`,
        [holder, now],
      ),
    )
    return { epoch: row?.epoch ?? 1, lost: lock.lost, release: () => lock.release() }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/**
 * Throws `superseded` if another process has taken the lead since. Inside a transaction it also holds off a new leader
 * until the commit, so that nothing is written in between.
 */
export async function assertLeads(sql: Sql, leadership: Leadership): Promise<void> {
  const held = await sql.run("update lease set epoch = epoch where name = 'leader' and epoch = ?", [leadership.epoch])
  if (held === 1) return
  throw new Failure('superseded', 'Another Assay has taken the lead.', { remedy: 'none needed: the other one goes on' })
}
