import { compareText } from '../../model/order.ts'
import type { Instant } from '../../model/time.ts'
import type { SeriesKind } from '../../model/window.ts'
import type { Sql } from '../sql.ts'
import { type Filter, rowsOf, type Span, seriesOf } from './spans.ts'

/** What one name received in a span, all sources together. `event` is the reason where the kind is `undecodable`. */
export interface NameCounts {
  readonly kind: SeriesKind
  readonly event: string
  readonly received: number
  readonly invalid: number
  readonly incomplete: number
  readonly duplicates: number
  readonly late: number
  readonly lastArrival: Instant
}

const SUMS = `cast(sum(received) as bigint) as received, cast(sum(invalid) as bigint) as invalid,
  cast(sum(incomplete) as bigint) as incomplete, cast(sum(duplicates) as bigint) as duplicates,
  cast(sum(late) as bigint) as late, max(last_arrival) as "lastArrival"`

/** Counts per name over a span, of all names or of those that `filter` leaves. Names without a record are left out. */
export function nameCounts(sql: Sql, span: Span, filter?: Filter): Promise<NameCounts[]> {
  const columns = 'series, received, invalid, incomplete, duplicates, late, last_arrival'
  const [rows, values] = rowsOf('window', columns, span, filter)
  return sql.all<NameCounts>(
    `select s.kind as kind, s.event as event, ${SUMS} from ${rows} w join series s on s.id = w.series
     group by s.kind, s.event`,
    values,
  )
}

export interface HourCounts extends NameCounts {
  readonly start: Instant
}

/** Counts per name and hour; one read serves a page's day of totals and its sparklines. */
export function hourCounts(sql: Sql, span: Span): Promise<HourCounts[]> {
  return sql.all<HourCounts>(
    `select s.kind as kind, s.event as event, w.start as start, ${SUMS}
     from window_hour w join series s on s.id = w.series where w.start >= ? and w.start < ?
     group by s.kind, s.event, w.start`,
    [span.from, span.to],
  )
}

export interface MinuteCounts {
  readonly start: Instant
  readonly received: number
  readonly invalid: number
  readonly incomplete: number
  /** Records with an id. */
  readonly identified: number
  readonly duplicates: number
  /** Records with an event time. */
  readonly timed: number
  readonly late: number
  readonly lastArrival: Instant
}

/** Counts of one event or table by minute or hour, oldest first; starts without a record are left out. */
export function eventCourse(sql: Sql, event: string, grain: 'minute' | 'hour', span: Span): Promise<MinuteCounts[]> {
  return sql.all<MinuteCounts>(
    `select w.start as start, ${SUMS}, cast(sum(identified) as bigint) as identified, cast(sum(timed) as bigint) as timed
     from window_${grain} w
     where w.series in (select id from series where kind in ('planned', 'table') and event = ?) and w.start >= ? and w.start < ?
     group by w.start order by w.start`,
    [event, span.from, span.to],
  )
}

export interface VersionCounts {
  readonly event: string
  readonly appVersion: string | null
  readonly platform: string | null
  readonly received: number
  readonly invalid: number
}

/** Counts of events by app version and platform over a span, most records first. */
export async function versionCounts(sql: Sql, events: readonly string[], span: Span): Promise<VersionCounts[]> {
  if (events.length === 0) return []
  const filter = seriesOf('planned', events)
  const [rows, values] = rowsOf('facet', 'series, facet, received, invalid', span, filter)
  const found = await sql.all<{ event: string; document: string; received: number; invalid: number }>(
    `select t.event as event, f.document as document, t.received as received, t.invalid as invalid from (
       select s.event as event, w.facet as facet, cast(sum(received) as bigint) as received,
         cast(sum(invalid) as bigint) as invalid
       from ${rows} w join series s on s.id = w.series
       group by s.event, w.facet
     ) t join facet f on f.id = t.facet`,
    values,
  )
  const sums = new Map<string, { -readonly [Key in keyof VersionCounts]: VersionCounts[Key] }>()
  for (const { event, document, received, invalid } of found) {
    const facet = JSON.parse(document) as { platform: string | null; appVersion: string | null; partition?: unknown }
    if (typeof facet.partition === 'string') continue // counts by partition alone: the same records once more
    const { appVersion = null, platform = null } = facet
    const key = JSON.stringify([event, appVersion, platform])
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { event, appVersion, platform, received, invalid })
    else {
      sum.received += received
      sum.invalid += invalid
    }
  }
  return [...sums.values()].sort(
    (a, b) =>
      b.received - a.received ||
      compareText(a.appVersion ?? '', b.appVersion ?? '') ||
      compareText(a.platform ?? '', b.platform ?? ''),
  )
}
