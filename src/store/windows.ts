import { compareText } from '../model/order.ts'
import type { Instant } from '../model/time.ts'
import type { Facet, Finding, SeriesKey, WindowCounts } from '../model/window.ts'
import { SUMMED } from './counts.ts'
import type { Grain } from './grain.ts'
import { readListed } from './rows.ts'
import type { Sql } from './sql.ts'

/** What a window of one series holds, all writers together. */
export interface WindowRow {
  readonly series: number
  readonly start: Instant
  readonly counts: WindowCounts
}

/** A series with the number under which its rows are stored. */
export interface StoredSeries extends SeriesKey {
  readonly id: number
}

/** The number of each writer's last commit, by slot. */
export async function writerCursor(sql: Sql): Promise<Map<number, number>> {
  const rows = await sql.all<{ slot: number; seq: number }>('select slot, seq from writer')
  return new Map(rows.map(({ slot, seq }) => [slot, seq]))
}

/**
 * Every window that some writer touched after `since` (a slot without an entry: from its beginning), with its whole sum, and
 * the cursor for the next call. Each writer's commits are numbered and serial, so that none is passed over, whatever the
 * order in which the commits of several writers become visible. A window may come again without a change.
 */
export async function changedWindows(
  sql: Sql,
  grain: Grain,
  since: ReadonlyMap<number, number>,
): Promise<{ rows: WindowRow[]; upTo: Map<number, number> }> {
  const upTo = await writerCursor(sql) // before the rows: they then hold at least all of these commits
  const found = new Map<string, WindowRow>()
  for (const [slot, seq] of upTo) {
    const after = since.get(slot) ?? 0
    if (seq <= after) continue
    const rows = await sql.all<WindowCounts & { series: number; start: Instant }>(
      `select w.series as series, w.start as start, ${SUMMED} from (
         select series, start from window_${grain} where writer = ? and seq > ?
       ) c join window_${grain} w on w.series = c.series and w.start = c.start group by w.series, w.start`,
      [slot, after],
    )
    for (const row of rows) {
      const window = windowOf(row)
      found.set(`${window.series}:${window.start}`, window)
    }
  }
  return { rows: [...found.values()].sort((a, b) => a.start - b.start || a.series - b.series), upTo }
}

/** The windows of some series that start in [from, to). */
export async function windowsBetween(
  sql: Sql,
  grain: Grain,
  series: readonly number[],
  from: Instant,
  to: Instant,
): Promise<WindowRow[]> {
  const rows = await readListed<WindowCounts & { series: number; start: Instant }>(
    sql,
    series,
    (list) =>
      `select w.series as series, w.start as start, ${SUMMED} from window_${grain} w
       where w.series in (${list}) and w.start >= ? and w.start < ? group by w.series, w.start order by w.series, w.start`,
    [from, to],
  )
  return rows.map(windowOf)
}

export function allSeries(sql: Sql): Promise<StoredSeries[]> {
  return seriesAfter(sql, 0)
}

/** The series with a higher number than `id`, ascending. On Postgres a lower number may become visible later: ask again for an unknown one. */
export function seriesAfter(sql: Sql, id: number): Promise<StoredSeries[]> {
  return sql.all<StoredSeries>('select id, source, kind, event from series where id > ? order by id', [id])
}

/** What the parts of some series hold over windows that start in [from, to), summed by series and facet; in an order that doesn't tell who came first. */
export async function facetCounts(
  sql: Sql,
  series: readonly number[],
  from: Instant,
  to: Instant,
  grain: 'minute' | 'hour',
): Promise<{ series: number; facet: Facet; counts: WindowCounts }[]> {
  const rows = await readListed<WindowCounts & { series: number; document: string }>(
    sql,
    series,
    (list) =>
      `select t.*, f.document as document from (
         select w.series as series, w.facet as facet, ${SUMMED} from facet_${grain} w
         where w.series in (${list}) and w.start >= ? and w.start < ? group by w.series, w.facet
       ) t join facet f on f.id = t.facet`,
    [from, to],
  )
  rows.sort((a, b) => a.series - b.series || compareText(a.document, b.document))
  return rows.map((row) => ({
    series: row.series,
    facet: JSON.parse(row.document) as Facet,
    counts: countsOf(row),
  }))
}

/** A finding, how often it was seen, and the start of the first window that holds it. */
interface FindingCount {
  readonly finding: Finding
  readonly count: number
  readonly first: Instant
}

/** The start of the oldest minute that is kept of some series; null: none is. */
export async function oldestMinute(sql: Sql, series: readonly number[]): Promise<Instant | null> {
  const rows = await readListed<{ start: Instant | null }>(
    sql,
    series,
    (list) => `select min(start) as start from window_minute where series in (${list})`,
    [],
  )
  const starts = rows.flatMap(({ start }) => start ?? [])
  return starts.length === 0 ? null : Math.min(...starts)
}

/** What was found in the records of some series over windows that start in [from, to), most frequent first. */
export async function findingCounts(
  sql: Sql,
  series: readonly number[],
  from: Instant,
  to: Instant,
  grain: 'minute' | 'hour',
): Promise<FindingCount[]> {
  const rows = await readListed<Finding & { id: number; count: number; first: Instant }>(
    sql,
    series,
    (list) =>
      `select f.id as id, f.kind as kind, f.path as path, f.keyword as keyword, f.message as message, t.count as count, t.first as first from (
         select w.finding as finding, cast(sum(w.count) as bigint) as count, min(w.start) as first from finding_${grain} w
         where w.series in (${list}) and w.start >= ? and w.start < ? group by w.finding
       ) t join finding f on f.id = t.finding`,
    [from, to],
  )
  const found = new Map<number, FindingCount>()
  for (const { id, count, first, kind, path, keyword, message } of rows) {
    const sum = found.get(id)
    found.set(id, {
      finding: { kind, path, keyword, message },
      count: count + (sum?.count ?? 0),
      first: Math.min(first, sum?.first ?? first),
    })
  }
  return [...found.values()].sort((a, b) => b.count - a.count || compareText(keyOf(a.finding), keyOf(b.finding)))
}

function keyOf({ kind, path, keyword, message }: Finding): string {
  return JSON.stringify([kind, path, keyword, message])
}

function windowOf(row: WindowCounts & { series: number; start: Instant }): WindowRow {
  return { series: row.series, start: row.start, counts: countsOf(row) }
}

function countsOf(row: WindowCounts): WindowCounts {
  const { received, invalid, incomplete, identified, duplicates, timed, late, backfilled, lastArrival } = row
  return { received, invalid, incomplete, identified, duplicates, timed, late, backfilled, lastArrival }
}
