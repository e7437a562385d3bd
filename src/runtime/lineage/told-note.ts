import type { Instant } from '../../model/time.ts'
import type { VerdictOutcome } from '../../model/verdict.ts'
import type { Told } from '../../report/lineage/due.ts'
import { readNote, writeNote } from '../../store/notes.ts'
import type { Database, Sql } from '../../store/sql.ts'

/** What the other side of an emitter has been told. */
export interface Telling {
  /** Where it begins: nothing before it is ever told. */
  readonly from: Instant
  /** By SLO: the last of it. */
  readonly told: ReadonlyMap<string, Told>
}

interface ToldNote {
  readonly from: Instant
  readonly told: readonly (readonly [slo: string, at: Instant, outcome: VerdictOutcome])[]
}

function noteName(emitter: string): string {
  return `lineage:${emitter}`
}

/** Null: nothing has been told through this emitter, nor begun to be. */
export async function readTold(sql: Sql, emitter: string): Promise<Telling | null> {
  const note = await readNote<ToldNote>(sql, noteName(emitter))
  if (note === null) return null
  return { from: note.from, told: new Map(note.told.map(([slo, at, outcome]) => [slo, { at, outcome }])) }
}

export async function writeTold(db: Database, emitter: string, { from, told }: Telling): Promise<void> {
  const note: ToldNote = { from, told: [...told].map(([slo, { at, outcome }]) => [slo, at, outcome]) }
  await db.transaction((sql) => writeNote(sql, noteName(emitter), note))
}
