import { type Duration, DAY, type Instant } from '../model/time.ts'
import { changeNote, readNote } from './notes.ts'
import type { Database, Sql } from './sql.ts'

/** Somebody's word that what a volume alarm found is the new normal. */
export interface VolumeAccept {
  /** It holds from the end of the hour that this lies in. */
  readonly at: Instant
  /** An event's or a table's name. */
  readonly subject: string
  /** One series of it, by its name; null: all of them. */
  readonly series: string | null
  readonly note: string | null
}

const NOTE = 'volume_accepts'
/** Longer ago than any hours are kept, so that they are never learnt again. */
const KEPT: Duration = 400 * DAY
const MOST = 5_000

/** In the order in which they were given. */
export async function readVolumeAccepts(sql: Sql): Promise<readonly VolumeAccept[]> {
  return (await readNote<readonly VolumeAccept[]>(sql, NOTE)) ?? []
}

/** Adds one. */
export async function addVolumeAccept(db: Database, accept: VolumeAccept): Promise<void> {
  await db.transaction((sql) =>
    changeNote<readonly VolumeAccept[]>(sql, NOTE, (before) => {
      const kept = (before ?? []).filter(({ at }) => at > accept.at - KEPT)
      return [...kept, accept].slice(-MOST)
    }),
  )
}
