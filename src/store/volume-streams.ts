import type { Instant } from '../model/time.ts'
import { placeholders, writeRows } from './rows.ts'
import type { Sql } from './sql.ts'

/** What came in an hour of a stream, and between what it was expected. */
export interface VolumeHour {
  readonly start: Instant
  readonly observed: number
  /** Null while too little is known. */
  readonly band: { readonly expected: number; readonly lower: number; readonly upper: number } | null
}

/** What is watched of one stream. */
export interface VolumeStream {
  readonly event: string
  /** Null: all together. */
  readonly source: string | null
  /** Names of its series. */
  readonly series: readonly string[]
  /** Names that have no series of their own. */
  readonly unwatched: { readonly platforms: number; readonly families: number; readonly properties: number }
  /** Its part of the workspace's false alarms a week. */
  readonly falseAlarmsPerWeek: number
  /** The last two days, oldest first; unobserved ones are left out. */
  readonly hours: readonly VolumeHour[]
}

/** Of the streams that are watched, or of those of one event, sorted by name. */
export async function readVolumeStreams(sql: Sql, event: string | null = null): Promise<readonly VolumeStream[]> {
  const rows = await sql.all<{ stream: string; document: string }>(
    `select stream, document from volume_stream ${event === null ? '' : 'where event = ?'}`,
    event === null ? [] : [event],
  )
  rows.sort((a, b) => (a.stream < b.stream ? -1 : 1))
  return rows.map(({ document }) => JSON.parse(document) as VolumeStream)
}

const write = (count: number) => `insert into volume_stream (stream, event, written_at, document)
  values ${placeholders(count, 4)}
  on conflict (stream) do update set event = excluded.event, written_at = excluded.written_at, document = excluded.document`

/** Writes streams by their keys, as of `at`. */
export async function writeVolumeStreams(
  sql: Sql,
  streams: readonly (readonly [string, VolumeStream])[],
  at: Instant,
): Promise<void> {
  const values = streams.flatMap(([key, stream]) => [key, stream.event, at, JSON.stringify(stream)])
  await writeRows(sql, 4, values, write)
}

/** Removes what was last written before `at`: it is no longer watched. */
export async function dropVolumeStreams(sql: Sql, at: Instant): Promise<void> {
  await sql.run('delete from volume_stream where written_at < ?', [at])
}
