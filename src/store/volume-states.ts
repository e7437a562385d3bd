import type { Instant } from '../model/time.ts'
import { readNote, writeNote } from './notes.ts'
import type { Sql } from './sql.ts'

/** Which generation of blocks is the valid one, and what wrote it. */
export interface VolumeStateNote {
  readonly generation: number
  readonly blocks: number
  /** The end of the newest hour that they hold. */
  readonly upTo: Instant
  /** Hashes of the layout of the states and of the plan they were made under: others can't go on from them. */
  readonly format: string
  readonly plan: string
}

const NOTE = 'volume'

/** Null: none is stored, or it has been forgotten. */
export function readVolumeNote(sql: Sql): Promise<VolumeStateNote | null> {
  return readNote<VolumeStateNote>(sql, NOTE)
}

/** The blocks of the valid generation in their order. */
export async function readVolumeBlocks(sql: Sql, { generation, blocks }: VolumeStateNote): Promise<Uint8Array[]> {
  const rows = await sql.all<{ bytes: Uint8Array }>(
    'select bytes from volume_state where generation = ? and block < ? order by block',
    [generation, blocks],
  )
  return rows.map(({ bytes }) => bytes)
}

/** Writes a block of a generation that isn't valid yet; what an interrupted writer left of it is replaced. */
export async function writeVolumeBlock(sql: Sql, generation: number, block: number, bytes: Uint8Array): Promise<void> {
  await sql.run(
    `insert into volume_state (generation, block, bytes) values (?, ?, ?)
     on conflict (generation, block) do update set bytes = excluded.bytes`,
    [generation, block, bytes],
  )
}

/** Makes a generation the valid one. */
export function writeVolumeNote(sql: Sql, note: VolumeStateNote): Promise<void> {
  return writeNote(sql, NOTE, note)
}

/** Removes up to `limit` blocks of other generations. Answers how many went. */
export function dropOtherGenerations(sql: Sql, generation: number, limit: number): Promise<number> {
  return sql.run(
    `delete from volume_state where generation <> ? and (generation, block) in
       (select generation, block from volume_state where generation <> ? limit ${limit})`,
    [generation, generation],
  )
}
