import type { Instant } from '../../model/time.ts'
import type { VerdictOutcome } from '../../model/verdict.ts'
import type { Told } from '../../report/lineage/due.ts'
import { readNote, writeNote } from '../../store/notes.ts'
import type { Database, Sql } from '../../store/sql.ts'

/** By SLO: what an emitter's other side has been told last. */
type ToldNote = readonly (readonly [slo: string, at: Instant, outcome: VerdictOutcome])[]

function noteName(emitter: string): string {
  return `lineage:${emitter}`
}

/** What had been told through an emitter. */
export async function readTold(sql: Sql, emitter: string): Promise<Map<string, Told>> {
  const note = await readNote<ToldNote>(sql, noteName(emitter))
  return new Map((note ?? []).map(([slo, at, outcome]) => [slo, { at, outcome }]))
}

export async function writeTold(db: Database, emitter: string, told: ReadonlyMap<string, Told>): Promise<void> {
  const note: ToldNote = [...told].map(([slo, { at, outcome }]) => [slo, at, outcome])
  await db.transaction((sql) => writeNote(sql, noteName(emitter), note))
}
