import type { Instant } from '../../model/time.ts'
import type { Sql } from '../sql.ts'
import type { Span } from './spans.ts'

/** What one hour holds of one planned event as one source carries it, or of one table. */
export interface CountedHour {
  readonly event: string
  readonly source: string
  readonly start: Instant
  readonly received: number
  readonly invalid: number
  readonly incomplete: number
  readonly identified: number
  readonly duplicates: number
  readonly backfilled: number
}

const sum = (field: string) => `cast(sum(w.${field}) as bigint) as ${field}`
const SUMS = ['received', 'invalid', 'incomplete', 'identified', 'duplicates', 'backfilled'].map(sum).join(', ')

/** The hours of planned events and tables that start in a span; those without a record are left out. */
export function countedHours(sql: Sql, { from, to }: Span): Promise<CountedHour[]> {
  return sql.all<CountedHour>(
    `select s.event as event, s.source as source, w.start as start, ${SUMS} from window_hour w join series s on s.id = w.series
     where s.kind in ('planned', 'table') and w.start >= ? and w.start < ? group by s.event, s.source, w.start`,
    [from, to],
  )
}

/** Records of a planned event from one kind of client in one hour, as one source carries it. */
export interface ClientHour {
  readonly event: string
  readonly source: string
  readonly start: Instant
  /** Empty: not known. */
  readonly platform: string
  readonly appVersion: string
  readonly received: number
  readonly backfilled: number
}

/** By platform and app version, where either is known. */
export function clientHours(sql: Sql, { from, to }: Span): Promise<ClientHour[]> {
  return sql.all<ClientHour>(
    `select s.event as event, s.source as source, w.start as start, f.platform as platform, f.app_version as "appVersion",
       ${sum('received')}, ${sum('backfilled')}
     from facet_hour w join series s on s.id = w.series join facet f on f.id = w.facet
     where s.kind = 'planned' and (f.platform <> '' or f.app_version <> '') and w.start >= ? and w.start < ?
     group by s.event, s.source, w.start, f.platform, f.app_version`,
    [from, to],
  )
}

/** Records (rows) in one hour without a watched property. */
export interface UnfilledHour {
  readonly event: string
  readonly source: string
  readonly start: Instant
  /** JSON pointer of the property. */
  readonly path: string
  readonly count: number
}

/** Of planned events and tables; properties that were always filled are left out. */
export function unfilledHours(sql: Sql, { from, to }: Span): Promise<UnfilledHour[]> {
  return sql.all<UnfilledHour>(
    `select s.event as event, s.source as source, w.start as start, f.path as path, ${sum('count')}
     from finding_hour w join series s on s.id = w.series join finding f on f.id = w.finding
     where s.kind in ('planned', 'table') and f.kind = 'unfilled' and w.start >= ? and w.start < ?
     group by s.event, s.source, w.start, f.path`,
    [from, to],
  )
}

/** The first and the last hour of which counts of any planned event or table are kept; null: none. */
export async function hoursKept(sql: Sql): Promise<{ readonly first: Instant; readonly last: Instant } | null> {
  const [row] = await sql.all<{ first: Instant | null; last: Instant | null }>(
    `select min(w.start) as first, max(w.start) as last from window_hour w join series s on s.id = w.series
     where s.kind in ('planned', 'table')`,
  )
  return row === undefined || row.first === null || row.last === null ? null : { first: row.first, last: row.last }
}
