import type { Instant } from '../../model/time.ts'
import type { Sql } from '../sql.ts'
import type { Span } from './spans.ts'

/** What five minutes hold of one planned event as one source carries it. */
export interface CountedPart {
  readonly event: string
  readonly source: string
  readonly start: Instant
  readonly received: number
  readonly backfilled: number
}

/** Whole five minutes, which start on the clock's. */
const PART = 'w.start - w.start % 300000'

/** The five minutes of planned events that start in a span; those without a record are left out. Null: minutes that old are no longer kept. */
export async function countedParts(sql: Sql, { from, to }: Span): Promise<readonly CountedPart[] | null> {
  const rows = await sql.all<CountedPart>(
    `select s.event as event, s.source as source, ${PART} as start,
       cast(sum(w.received) as bigint) as received, cast(sum(w.backfilled) as bigint) as backfilled
     from window_minute w join series s on s.id = w.series
     where s.kind = 'planned' and w.start >= ? and w.start < ? group by s.event, s.source, ${PART}`,
    [from, to],
  )
  // Asked afterwards: what was there when the rows were read, retention hadn't reached.
  return ((await oldestPart(sql)) ?? to) <= from ? rows : null
}

/** The first minute of which counts are kept; null: none. */
export async function oldestPart(sql: Sql): Promise<Instant | null> {
  const [row] = await sql.all<{ start: Instant | null }>('select min(start) as start from window_minute')
  return row?.start ?? null
}
