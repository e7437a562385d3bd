import type { Instant } from '../../model/time.ts'
import type { SeriesKind } from '../../model/window.ts'
import type { EventSample } from '../../model/sample.ts'
import type { Sql } from '../sql.ts'
import { listed, rowsOf, type Span, seriesOf } from './spans.ts'

/** The newest samples of a name, one a source, newest first. */
export async function samplesOf(sql: Sql, kind: SeriesKind, events: readonly string[]): Promise<EventSample[]> {
  if (events.length === 0) return []
  const names = listed(events)
  const rows = await sql.all<{ document: string; at: Instant }>(
    `select document, arrived_at as at from sample where kind = ? and event in (${names.marks})
     order by arrived_at desc, source`,
    [kind, ...names.values],
  )
  return rows.map(({ document }) => JSON.parse(document) as EventSample)
}

export interface FindingCount {
  readonly kind: string
  readonly path: string
  readonly keyword: string
  readonly message: string
  readonly count: number
}

/** What was found wrong in the records of an event, or the rows of a table, over a span, most frequent first. */
export function findingsOf(
  sql: Sql,
  event: string,
  span: Span,
  limit = 200,
  kind: SeriesKind = 'planned',
): Promise<FindingCount[]> {
  const [rows, values] = rowsOf('finding', 'finding, count', span, seriesOf(kind, [event]))
  return sql.all<FindingCount>(
    `select f.kind as kind, f.path as path, f.keyword as keyword, f.message as message, cast(sum(w.count) as bigint) as count
     from ${rows} w join finding f on f.id = w.finding
     group by f.id, f.kind, f.path, f.keyword, f.message order by 5 desc, f.id limit ?`,
    [...values, limit],
  )
}
