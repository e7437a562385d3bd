import { Failure } from '../model/failure.ts'
import type { QuarantineEntry } from '../model/reject.ts'
import type { EventSample } from '../model/sample.ts'
import type { Instant } from '../model/time.ts'
import type { PositionStep } from '../observe/sources/source.ts'
import type { WindowDelta } from '../observe/windows/delta.ts'
import { addDelta, createNames, type Names, type Stamp } from './delta.ts'
import { dropFresh, keepFresh } from './intern.ts'
import type { Writer } from './leases.ts'
import { takeSteps } from './position-steps.ts'
import { addQuarantine } from './quarantine.ts'
import { createQueue, type Queue } from './queue.ts'
import { mergeSamples } from './samples.ts'
import { addSightings } from './sightings.ts'
import type { Database, Sql } from './sql.ts'

/** What one batch of a source adds, written as a whole or not at all. */
export interface IngestCommit {
  readonly source: string
  /** The positions it started from and those it leads to. */
  readonly steps: readonly PositionStep[]
  readonly delta: WindowDelta
  readonly rejects: readonly QuarantineEntry[]
  readonly samples: readonly EventSample[]
  /** Hashes of ids seen, by hour. */
  readonly sightings: readonly { readonly partition: string; readonly hour: Instant; readonly bytes: Uint8Array }[]
}

/** What this process remembers of a writer it holds. */
interface Memory {
  /** Commits of one writer are serial in the store: it is what makes the change cursor whole. */
  readonly queue: Queue
  readonly names: Names
}

const memories = new WeakMap<Writer, Memory>()

/**
 * Writes a batch in one transaction, if its positions still stand where it started and the writer's slot is still its own;
 * else nothing, and answers `superseded`: another instance owns the partition now. Throws a retryable `Failure` while the
 * store can't be written; nothing is stored then, or (`store_commit_unknown`) it can't be known until the positions are read again.
 */
export async function commitIngest(
  db: Database,
  writer: Writer,
  commit: IngestCommit,
): Promise<'committed' | 'superseded'> {
  return commitWork(db, writer, async (sql, stamp, names) => {
    await takeSteps(sql, commit.source, commit.steps)
    await addDelta(sql, commit.delta, stamp, names)
    await addSightings(sql, commit.source, commit.sightings)
    await addQuarantine(sql, commit.rejects)
    await mergeSamples(sql, commit.samples)
  })
}

/** Does a writer's work in one transaction under its next commit number; `superseded` as in `commitIngest`. */
export async function commitWork(db: Database, writer: Writer, work: Work): Promise<'committed' | 'superseded'> {
  const memory = memories.get(writer) ?? { queue: createQueue(), names: createNames() }
  memories.set(writer, memory)
  return memory.queue(() => commitNow(db, writer, work, memory.names))
}

type Work = (sql: Sql, stamp: Stamp, names: Names) => Promise<void>

async function commitNow(db: Database, writer: Writer, work: Work, names: Names): Promise<'committed' | 'superseded'> {
  let seq = 0
  try {
    await db.transaction(async (sql) => {
      seq = await nextSeq(sql, writer)
      await work(sql, { slot: writer.slot, seq }, names)
    })
  } catch (error) {
    for (const interned of Object.values(names)) dropFresh(interned)
    if (!(error instanceof Failure)) throw error
    if (error.code === 'superseded') return 'superseded'
    if (error.code === 'store_commit_unknown' && (await reached(db, writer, seq, error))) return 'committed'
    throw error
  }
  for (const interned of Object.values(names)) keepFresh(interned)
  return 'committed'
}

/** Bumps the writer's commit number; its row stays locked until the commit, so that numbers become visible in order. */
async function nextSeq(sql: Sql, { slot, epoch }: Writer): Promise<number> {
  const [row] = await sql.all<{ seq: number }>(
    'update writer set seq = seq + 1 where slot = ? and epoch = ? returning seq',
    [slot, epoch],
  )
  if (row !== undefined) return row.seq
  throw new Failure('superseded', `Another Assay has taken writer slot ${slot}.`)
}

/** Whether a commit whose answer was lost took place: waits for the old transaction to end, then looks at its number. */
async function reached(db: Database, { slot, epoch }: Writer, seq: number, unknown: Failure): Promise<boolean> {
  try {
    const [row] = await db.transaction((sql) =>
      sql.all<{ seq: number }>('update writer set seq = seq where slot = ? and epoch = ? returning seq', [slot, epoch]),
    )
    return row?.seq === seq
  } catch {
    throw unknown
  }
}
