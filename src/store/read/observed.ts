import type { Instant } from '../../model/time.ts'
import type { Sql } from '../sql.ts'

/** Up to when every source has been counted, by the least of its partitions; sources of which nothing is known are left out. */
export async function observedUntil(sql: Sql): Promise<ReadonlyMap<string, Instant>> {
  const rows = await sql.all<{ source: string; at: Instant }>(
    'select source, min(observed_until) as at from position where observed_until is not null group by source',
  )
  return new Map(rows.map(({ source, at }) => [source, at]))
}
