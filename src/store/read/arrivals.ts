import { DAY, type Instant } from '../../model/time.ts'
import type { Sql } from '../sql.ts'

/** When each planned event last arrived, as far back as days are kept. Events that never did are left out. */
export async function lastArrivals(sql: Sql): Promise<Map<string, Instant>> {
  const rows = await sql.all<{ event: string; at: Instant }>(
    `select s.event as event, max(w.last_arrival) as at
     from series s join window_day w on w.series = s.id
       and w.start >= (select max(d.start) from window_day d where d.series = s.id)
     where s.kind = 'planned' group by s.event`,
  )
  return new Map(rows.map(({ event, at }) => [event, at]))
}

/** When the newest record of each series arrived, as far back as days are kept. */
export async function newestArrivals(sql: Sql): Promise<Map<number, Instant>> {
  const rows = await sql.all<{ series: number; at: Instant }>(
    `select w.series as series, max(w.last_arrival) as at
     from window_day w where w.start >= (select max(d.start) from window_day d where d.series = w.series)
     group by w.series`,
  )
  return new Map(rows.map(({ series, at }) => [series, at]))
}

/**
 * When each name without a contract was first and last seen: to the minute while its minutes are kept, else to the hour,
 * else to the day.
 */
export async function unplannedSeen(sql: Sql): Promise<Map<string, { first: Instant; last: Instant }>> {
  const rows = await sql.all<{
    event: string
    day: Instant
    hour: Instant | null
    minute: Instant | null
    last: Instant
  }>(
    `select s.event as event, min(d.start) as day, max(d.last_arrival) as last,
       min((select min(h.start) from window_hour h where h.series = s.id)) as hour,
       min((select min(m.start) from window_minute m where m.series = s.id)) as minute
     from series s join window_day d on d.series = s.id where s.kind = 'unplanned' group by s.event`,
  )
  return new Map(rows.map(({ event, day, hour, minute, last }) => [event, { first: firstOf(day, hour, minute), last }]))
}

/** The finest start that isn't cut short by retention: a minute only if it lies in the first hour, and so on. */
function firstOf(day: Instant, hour: Instant | null, minute: Instant | null): Instant {
  if (hour === null || hour >= day + 86_400_000) return day
  if (minute === null || minute >= hour + 3_600_000) return hour
  return minute
}

/** A name that hasn't come for this long makes room for others. */
const STALE = 14 * DAY

/** Names without a contract that a source has brought in the last 14 days of its own time, those of late first. */
export async function unplannedNames(sql: Sql, source: string, most: number): Promise<readonly string[]> {
  const rows = await sql.all<{ event: string }>(
    `select s.event as event, max(w.start) as newest from series s join window_hour w on w.series = s.id
     where s.kind = 'unplanned' and s.source = ?
       and w.start >= coalesce((select max(p.observed_until) from position p where p.source = ?), 0) - ${STALE}
     group by s.id, s.event order by newest desc, s.id limit ?`,
    [source, source, most],
  )
  return rows.map(({ event }) => event)
}

export interface LiveCounts {
  readonly kind: string
  readonly event: string
  readonly source: string
  readonly received: number
  readonly invalid: number
  readonly lastArrival: Instant
}

/** What arrived in the minutes since `from`, by name and source. */
export function liveCounts(sql: Sql, from: Instant): Promise<LiveCounts[]> {
  return sql.all<LiveCounts>(
    `select s.kind as kind, s.event as event, s.source as source, cast(sum(w.received) as bigint) as received,
       cast(sum(w.invalid) as bigint) as invalid, max(w.last_arrival) as "lastArrival"
     from window_minute w join series s on s.id = w.series where w.start >= ? group by s.kind, s.event, s.source`,
    [from],
  )
}

/** Every event and table with a contract of which something ever arrived. */
export async function seenEvents(sql: Sql): Promise<Set<string>> {
  const rows = await sql.all<{ event: string }>("select distinct event from series where kind in ('planned', 'table')")
  return new Set(rows.map(({ event }) => event))
}
