import { HOUR, type Instant } from '../model/time.ts'
import { readNote, writeNote } from './notes.ts'
import { placeholders, readListed, writeRows } from './rows.ts'
import type { Sql } from './sql.ts'

/** Hashes of ids seen in one batch, of one hour; the layout of the bytes is the filter's. */
export interface StoredSightings {
  readonly partition: string
  readonly hour: Instant
  readonly bytes: Uint8Array
}

const addRows = (count: number) =>
  `insert into sighting (source, partition_key, hour, entries) values ${placeholders(count, 4)}`

/** Appends a row a batch, partition and hour. */
export async function addSightings(sql: Sql, source: string, sightings: readonly StoredSightings[]): Promise<void> {
  const values = sightings.flatMap(({ partition, hour, bytes }) => [source, partition, hour, bytes])
  await writeRows(sql, 4, values, addRows)
}

/** What was seen in a partition in hours that start at or after `since`, in the order of writing. */
export function readSightings(sql: Sql, source: string, partition: string, since: Instant): Promise<StoredSightings[]> {
  return sql.all<StoredSightings>(
    `select partition_key as partition, hour, entries as bytes from sighting
     where source = ? and partition_key = ? and hour >= ? order by id`,
    [source, partition, since],
  )
}

/** The oldest rows of sources that keep more than so many bytes, newest hours counted first. */
const deleteBeyond = (limit: number) => `
  delete from sighting where id in (
    select id from (
      select id, sum(length(entries)) over (partition by source order by hour desc, id desc) as kept from sighting
    ) one where kept > ? limit ${limit}) returning source, hour`

const trimmedNote = (source: string) => `sightings_trimmed:${source}`

/**
 * Removes up to `limit` of the oldest rows of sources beyond `bytes` a source, and keeps in mind how far back a source's are
 * whole. Inside a transaction. Answers how many went.
 */
export async function trimSightings(sql: Sql, bytes: number, limit: number): Promise<number> {
  const gone = await sql.all<{ source: string; hour: Instant }>(deleteBeyond(limit), [bytes])
  const newest = new Map<string, Instant>()
  for (const { source, hour } of gone) newest.set(source, Math.max(newest.get(source) ?? hour, hour))
  for (const [source, hour] of newest) {
    const before = (await sightingsTrimmedTo(sql, source)) ?? 0
    await writeNote(sql, trimmedNote(source), Math.max(before, hour + HOUR))
  }
  return gone.length
}

/** What a source saw before it was removed for want of room, before its time; null: nothing was. */
export function sightingsTrimmedTo(sql: Sql, source: string): Promise<Instant | null> {
  return readNote<Instant>(sql, trimmedNote(source))
}

/** Rows joined at a time. */
const JOINED = 512
/** A row this large isn't joined with more: rewriting an hour of millions of ids for every few of them would hold up ingest. */
const LARGE = 512 * 1024

/**
 * Joins rows of one partition and hour into one, the oldest of those hours before `before` that have several small ones: batches
 * are many and small. Inside a transaction. False: nothing is left to join.
 */
export async function joinSightings(sql: Sql, before: Instant): Promise<boolean> {
  const [many] = await sql.all<{ source: string; partition: string; hour: Instant }>(
    `select source, partition_key as partition, hour from sighting where hour < ? and length(entries) < ${LARGE}
     group by source, partition_key, hour having count(*) > 1 order by hour limit 1`,
    [before],
  )
  if (many === undefined) return false
  const rows = await sql.all<{ id: number; bytes: Uint8Array }>(
    `select id, entries as bytes from sighting where source = ? and partition_key = ? and hour = ? and length(entries) < ${LARGE}
     order by id limit ${JOINED}`,
    [many.source, many.partition, many.hour],
  )
  const [first, ...others] = firstOf(rows, 2 * LARGE)
  if (first === undefined) return false
  await readListed(
    sql,
    others.map(({ id }) => id),
    (list) => `delete from sighting where id in (${list}) returning id`,
  )
  await sql.run('update sighting set entries = ? where id = ?', [
    Buffer.concat([first, ...others].map(({ bytes }) => bytes)),
    first.id,
  ])
  return true
}

/** As many of the first as have no more bytes together. */
function firstOf<Row extends { readonly bytes: Uint8Array }>(rows: readonly Row[], most: number): readonly Row[] {
  let size = 0
  return rows.filter(({ bytes }) => {
    size += bytes.length
    return size <= most
  })
}
