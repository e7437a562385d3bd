import type { Instant } from '../model/time.ts'
import { readNote, writeNote } from './notes.ts'
import type { Sql } from './sql.ts'

/** What is remembered of contracts that were written before their events were sent. */
export interface VolumeLaunches {
  /** Names of events and tables that were `planned` when the plan was last seen. */
  readonly planned: readonly string[]
  /** When one of them was first seen to be no longer that, in the data's time. */
  readonly launched: Readonly<Record<string, Instant>>
}

const NOTE = 'volume_launches'

export async function readVolumeLaunches(sql: Sql): Promise<VolumeLaunches> {
  return (await readNote<VolumeLaunches>(sql, NOTE)) ?? { planned: [], launched: {} }
}

export function writeVolumeLaunches(sql: Sql, launches: VolumeLaunches): Promise<void> {
  return writeNote(sql, NOTE, launches)
}
