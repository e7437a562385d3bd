import { tableSource } from '../model/subject.ts'
import { DAY, floorTo, HOUR, type Instant } from '../model/time.ts'
import { COUNT_FIELDS, emptyCounts, type Finding, type SeriesKey, type WindowCounts } from '../model/window.ts'
import type { PositionStep } from '../observe/sources/source.ts'
import { addFindings, type CountRow, countValues, foldRows, setWindows } from './counts.ts'
import type { Names, Stamp } from './delta.ts'
import type { Grain } from './grain.ts'
import { commitWork } from './ingest.ts'
import { findingNames, internNames, seriesNames } from './intern.ts'
import type { Writer } from './leases.ts'
import { takeSteps } from './position-steps.ts'
import { writeRows } from './rows.ts'
import type { Database, Sql, SqlValue } from './sql.ts'
import { windowsBetween } from './windows.ts'

/** What one pass over [from, until) found in a table: the truth of those minutes, whatever was stored of them before. */
export interface TableCommit {
  readonly table: string
  readonly step: PositionStep
  readonly from: Instant
  readonly until: Instant
  /** Minutes that hold nothing are left out. */
  readonly minutes: readonly {
    readonly minute: Instant
    readonly counts: WindowCounts
    readonly findings: readonly { readonly finding: Finding; readonly count: number }[]
  }[]
}

const SET_WINDOWS = { minute: setWindows('minute'), hour: setWindows('hour'), day: setWindows('day') }
const ADD_FINDINGS = { minute: addFindings('minute'), hour: addFindings('hour') }
const WINDOW_WIDTH = 13
const FINDING_WIDTH = 5

/**
 * Replaces what the minutes of a pass hold, and the hours and days above them, in one transaction with the position: streams
 * add, tables replace. `superseded` where another process has read the table on meanwhile; nothing is written then.
 * A minute that is empty now stays as a row of zeros, so that the evaluator's "what changed" tells of it.
 */
export function commitTable(db: Database, writer: Writer, commit: TableCommit): Promise<'committed' | 'superseded'> {
  return commitWork(db, writer, async (sql, stamp, names) => {
    // First, since it locks the table's rows against every other pass.
    await takeSteps(sql, tableSource(commit.table), [commit.step])
    const key: SeriesKey = { source: tableSource(commit.table), kind: 'table', event: commit.table }
    const [series = Number.NaN] = await internNames(sql, [key], seriesNames, names.series)
    const changed = await replaceMinutes(sql, series, commit, stamp)
    await replaceAbove(sql, series, 'hour', changed, stamp)
    await replaceAbove(sql, series, 'day', changed, stamp)
    await replaceFindings(sql, series, commit, stamp, names)
  })
}

/** Writes the minutes that differ from what is stored, and answers their starts. */
async function replaceMinutes(
  sql: Sql,
  series: number,
  commit: TableCommit,
  stamp: Stamp,
): Promise<readonly Instant[]> {
  const { from, until, minutes } = commit
  const stored = new Map<Instant, WindowCounts>()
  for (const { start, counts } of await windowsBetween(sql, 'minute', [series], from, until)) stored.set(start, counts)
  const rows = minutes.map(({ minute, counts }): CountRow => ({ ids: [series], start: minute, counts }))
  const there = new Set(minutes.map(({ minute }) => minute))
  for (const start of stored.keys()) if (!there.has(start)) rows.push({ ids: [series], start, counts: emptyCounts() })
  const changed = rows.filter(({ start, counts }) => !isSame(stored.get(start) ?? null, counts))
  await setRows(sql, 'minute', series, changed, stamp)
  return changed.map(({ start }) => start)
}

/** Hours from their minutes, days from their hours: the whole of each that holds a changed minute. */
async function replaceAbove(
  sql: Sql,
  series: number,
  grain: 'hour' | 'day',
  changed: readonly Instant[],
  stamp: Stamp,
): Promise<void> {
  const unit = grain === 'hour' ? HOUR : DAY
  const starts = [...new Set(changed.map((minute) => floorTo(minute, unit)))]
  const rows: CountRow[] = []
  for (const start of starts) {
    const parts = await windowsBetween(sql, grain === 'hour' ? 'minute' : 'hour', [series], start, start + unit)
    rows.push(
      ...foldRows(
        parts.map((part): CountRow => ({ ids: [series], start: part.start, counts: part.counts })),
        unit,
      ),
    )
  }
  await setRows(sql, grain, series, rows, stamp)
}

/** Sets rows under this writer, and takes away those of a writer before it: readers sum over writers. */
async function setRows(
  sql: Sql,
  grain: Grain,
  series: number,
  rows: readonly CountRow[],
  { slot, seq }: Stamp,
): Promise<void> {
  if (rows.length === 0) return
  const starts = rows.map(({ start }) => start)
  const others = await sql.all<{ start: Instant }>(
    `select distinct start from window_${grain} where series = ? and start >= ? and start <= ? and writer <> ?`,
    [series, Math.min(...starts), Math.max(...starts), slot],
  )
  const ours = new Set(starts)
  for (const { start } of others) {
    if (!ours.has(start)) continue
    await sql.run(`delete from window_${grain} where series = ? and start = ? and writer <> ?`, [series, start, slot])
  }
  const values = countValues(rows, ({ ids, start }) => [...ids, start, slot, seq])
  await writeRows(sql, WINDOW_WIDTH, values, SET_WINDOWS[grain])
}

/** Findings have no commit numbers: those of the pass's minutes go, and come anew; their hours are summed anew. */
async function replaceFindings(
  sql: Sql,
  series: number,
  { from, until, minutes }: TableCommit,
  { slot }: Stamp,
  names: Names,
): Promise<void> {
  const found = minutes.flatMap(({ minute, findings }) => findings.map((one) => ({ minute, ...one })))
  const before = await sql.all<{ start: Instant }>(
    'select distinct start from finding_minute where series = ? and start >= ? and start < ?',
    [series, from, until],
  )
  if (found.length === 0 && before.length === 0) return
  await sql.run('delete from finding_minute where series = ? and start >= ? and start < ?', [series, from, until])
  const ids = await internNames(
    sql,
    found.map(({ finding }) => finding),
    findingNames,
    names.finding,
  )
  const values: SqlValue[] = found.flatMap(({ minute, count }, index) => [
    series,
    minute,
    ids[index] ?? null,
    slot,
    count,
  ])
  await writeRows(sql, FINDING_WIDTH, values, ADD_FINDINGS.minute)
  const hours = new Set(
    [...found.map(({ minute }) => minute), ...before.map(({ start }) => start)].map((at) => floorTo(at, HOUR)),
  )
  for (const hour of hours) {
    await sql.run('delete from finding_hour where series = ? and start = ?', [series, hour])
    await sql.run(
      `insert into finding_hour (series, start, finding, writer, count)
       select series, cast(? as bigint), finding, cast(? as bigint), cast(sum(count) as bigint) from finding_minute
       where series = ? and start >= ? and start < ? group by series, finding`,
      [hour, slot, series, hour, hour + HOUR],
    )
  }
}

function isSame(stored: WindowCounts | null, counts: WindowCounts): boolean {
  if (stored === null) return false
  return stored.lastArrival === counts.lastArrival && COUNT_FIELDS.every((field) => stored[field] === counts[field])
}
