import type { Instant } from '../../model/time.ts'
import { readNote } from '../notes.ts'
import type { Sql } from '../sql.ts'

/** Where the process that reads tables writes down why some of them can't be. */
export const TABLE_TROUBLES_NOTE = 'table-troubles'

/** Why a table can't be read. */
export interface TableTrouble {
  /** `table_missing`, `warehouse_unreachable`, … */
  readonly code: string
  readonly message: string
  /** What can be done about it; may be empty. */
  readonly remedy: string
  readonly since: Instant
}

/** The tables that could not be read at their last pass, by name. */
export async function tableTroubles(sql: Sql): Promise<ReadonlyMap<string, TableTrouble>> {
  return new Map(Object.entries((await readNote<Record<string, TableTrouble>>(sql, TABLE_TROUBLES_NOTE)) ?? {}))
}
