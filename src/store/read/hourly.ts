import type { SeriesKind } from '../../model/window.ts'
import type { Instant } from '../../model/time.ts'
import { readListed } from '../rows.ts'
import type { Sql } from '../sql.ts'
import type { Span } from './spans.ts'

/**
 * Hours are read as they lie in the index, by numbers alone, a row a writer: months of them are read after a start, and sorting or naming
 * them here costs several times what reading does (measured: 60 days of 300 events).
 */
export interface HourRow {
  readonly series: number
  readonly start: Instant
}

/** What one writer counted of one series in one hour. */
export interface CountedHour extends HourRow {
  readonly received: number
  readonly invalid: number
  readonly incomplete: number
  readonly identified: number
  readonly duplicates: number
  readonly backfilled: number
}

const within = (table: string) => `from ${table} w where w.start >= ? and w.start < ?`

/** The hours that start in a span, of series of any kind; those without a record are left out. */
export function countedHours(sql: Sql, { from, to }: Span): Promise<CountedHour[]> {
  return sql.all<CountedHour>(
    `select w.series as series, w.start as start, w.received as received, w.invalid as invalid, w.incomplete as incomplete,
       w.identified as identified, w.duplicates as duplicates, w.backfilled as backfilled ${within('window_hour')}`,
    [from, to],
  )
}

/** What one writer counted of one series from one facet in one hour. */
export interface FacetHour extends HourRow {
  readonly facet: number
  readonly received: number
  readonly backfilled: number
}

export function facetHours(sql: Sql, { from, to }: Span): Promise<FacetHour[]> {
  return sql.all<FacetHour>(
    `select w.series as series, w.start as start, w.facet as facet, w.received as received, w.backfilled as backfilled
     ${within('facet_hour')}`,
    [from, to],
  )
}

/** How many records (rows) of one series one writer found without a watched property in one hour. */
export interface UnfilledHour extends HourRow {
  readonly finding: number
  readonly count: number
}

/** Properties that were always filled are left out. */
export function unfilledHours(sql: Sql, { from, to }: Span): Promise<UnfilledHour[]> {
  return sql.all<UnfilledHour>(
    `select w.series as series, w.start as start, w.finding as finding, w.count as count ${within('finding_hour')}
       and w.finding in (select id from finding where kind = 'unfilled')`,
    [from, to],
  )
}

export interface NamedSeries {
  readonly id: number
  readonly source: string
  readonly kind: SeriesKind
  readonly event: string
}

export function namedSeries(sql: Sql, ids: readonly number[]): Promise<NamedSeries[]> {
  return readListed(sql, ids, (list) => `select id, source, kind, event from series where id in (${list})`)
}

/** The client of a facet. Empty: not known. */
export interface NamedClient {
  readonly id: number
  readonly platform: string
  readonly appVersion: string
}

export function namedClients(sql: Sql, ids: readonly number[]): Promise<NamedClient[]> {
  return readListed(
    sql,
    ids,
    (list) => `select id, platform, app_version as "appVersion" from facet where id in (${list})`,
  )
}

/** JSON pointers of findings. */
export function namedPaths(
  sql: Sql,
  ids: readonly number[],
): Promise<{ readonly id: number; readonly path: string }[]> {
  return readListed(sql, ids, (list) => `select id, path from finding where id in (${list})`)
}

/** The first and the last hour of which counts of any planned event or table are kept; null: none. */
export async function hoursKept(sql: Sql): Promise<{ readonly first: Instant; readonly last: Instant } | null> {
  const [row] = await sql.all<{ first: Instant | null; last: Instant | null }>(
    `select min(w.start) as first, max(w.start) as last from window_hour w join series s on s.id = w.series
     where s.kind in ('planned', 'table')`,
  )
  return row === undefined || row.first === null || row.last === null ? null : { first: row.first, last: row.last }
}

/** Every series that has a contract, with the first hour of it that is kept. */
export function firstHours(sql: Sql): Promise<(NamedSeries & { readonly start: Instant })[]> {
  return sql.all(
    `select s.id as id, s.source as source, s.kind as kind, s.event as event, min(w.start) as start
     from window_hour w join series s on s.id = w.series
     where s.kind in ('planned', 'table') group by s.id, s.source, s.kind, s.event`,
  )
}
