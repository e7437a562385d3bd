import { type Duration, floorTo, type Instant } from '../model/time.ts'
import { COUNT_FIELDS, emptyCounts, mergeCounts, type WindowCounts } from '../model/window.ts'
import type { Grain } from './grain.ts'
import { placeholders } from './rows.ts'
import type { SqlValue } from './sql.ts'

/** Counts of one series (and facet) by the start of their window. */
export interface CountRow {
  /** Series, or series and facet. */
  readonly ids: readonly number[]
  readonly start: Instant
  readonly counts: WindowCounts
}

const COUNT_COLUMNS = [...COUNT_FIELDS, 'last_arrival'] as const

/** Sums over the writers of a row, as numbers on both engines; for a query on the alias `w`. */
export const SUMMED = `${COUNT_FIELDS.map((field) => `cast(sum(w.${field}) as bigint) as ${field}`).join(', ')}, max(w.last_arrival) as "lastArrival"`

/** Rows summed to windows of `unit`. No key stands twice, which Postgres' upsert demands. */
export function foldRows(rows: readonly CountRow[], unit: Duration): CountRow[] {
  const folded = new Map<string, CountRow>()
  for (const { ids, start: minute, counts } of rows) {
    const start = floorTo(minute, unit)
    const key = `${ids.join(':')}:${start}`
    const row = folded.get(key)
    if (row !== undefined) mergeCounts(row.counts, counts)
    else folded.set(key, { ids, start, counts: mergeCounts(emptyCounts(), counts) })
  }
  return [...folded.values()]
}

/** The values of rows, one after the other: ids and start in the order of the key, then `stamp`, then the counts. */
export function countValues(rows: readonly CountRow[], stamp: (row: CountRow) => readonly SqlValue[]): SqlValue[] {
  const values: SqlValue[] = []
  for (const row of rows) {
    for (const value of stamp(row)) values.push(value)
    for (const field of COUNT_FIELDS) values.push(row.counts[field])
    values.push(row.counts.lastArrival)
  }
  return values
}

const ADDED = [
  ...COUNT_FIELDS.map((field) => `${field} = w.${field} + excluded.${field}`),
  'last_arrival = case when excluded.last_arrival > w.last_arrival then excluded.last_arrival else w.last_arrival end',
].join(', ')

/** Adds partial counts. One row per writer, so that writers never wait for each other; readers sum. */
export function addWindows(grain: Grain): (count: number) => string {
  return (count) => `insert into window_${grain} as w (series, start, writer, seq, ${COUNT_COLUMNS.join(', ')})
    values ${placeholders(count, 4 + COUNT_COLUMNS.length)}
    on conflict (series, start, writer) do update set seq = excluded.seq, ${ADDED}`
}

export function addFacets(grain: 'minute' | 'hour'): (count: number) => string {
  return (count) => `insert into facet_${grain} as w (series, start, facet, writer, ${COUNT_COLUMNS.join(', ')})
    values ${placeholders(count, 4 + COUNT_COLUMNS.length)}
    on conflict (series, start, facet, writer) do update set ${ADDED}`
}

export function addFindings(grain: 'minute' | 'hour'): (count: number) => string {
  return (count) => `insert into finding_${grain} as w (series, start, finding, writer, count)
    values ${placeholders(count, 5)}
    on conflict (series, start, finding, writer) do update set count = w.count + excluded.count`
}

const SET = [...COUNT_COLUMNS].map((column) => `${column} = excluded.${column}`).join(', ')

/** Sets what windows hold instead of adding to it: a table's minute is read whole each time. */
export function setWindows(grain: Grain): (count: number) => string {
  return (count) => `insert into window_${grain} as w (series, start, writer, seq, ${COUNT_COLUMNS.join(', ')})
    values ${placeholders(count, 4 + COUNT_COLUMNS.length)}
    on conflict (series, start, writer) do update set seq = excluded.seq, ${SET}`
}
