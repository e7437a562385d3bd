import { setImmediate as turn } from 'node:timers/promises'
import type { Incident } from '../../model/incident.ts'
import { DAY, floorTo, type Instant } from '../../model/time.ts'
import type { WindowCounts } from '../../model/window.ts'
import type { Verdict } from '../../model/verdict.ts'
import { SUMMED } from '../counts.ts'
import type { Sql } from '../sql.ts'
import type { Span } from './spans.ts'

/** What each series holds over a span of whole hours, by its number. Days are read where whole UTC days lie in it, hours at its ends. */
export async function monthCounts(sql: Sql, { from, to }: Span): Promise<Map<number, WindowCounts>> {
  const firstDay = Math.min(to, Math.ceil(from / DAY) * DAY)
  const lastDay = Math.max(firstDay, floorTo(to, DAY))
  const part = (grain: 'day' | 'hour') => `select * from window_${grain} where start >= ? and start < ?`
  const rows = await sql.all<WindowCounts & { series: number }>(
    `select w.series as series, ${SUMMED}
     from (${part('day')} union all ${part('hour')} union all ${part('hour')}) w group by w.series`,
    [firstDay, lastDay, from, firstDay, lastDay, to],
  )
  return new Map(rows.map(({ series, ...counts }) => [series, counts]))
}

/** What an SLO's stored hours hold over a span: marked minutes, and hours that hold sums instead, as they stand. */
export interface MonthSlices {
  readonly good: number
  readonly bad: number
  /** Of SLOs that count records in active hours. */
  readonly sums: readonly HourSum[]
}

/** What an SLO counted in the active minutes of an hour. */
export interface HourSum {
  readonly hour: Instant
  readonly bad: number
  readonly total: number
}

/** So much is read at once: half a million hours of SLOs take a few hundred milliseconds in all, and ingest waits for one step. */
const STEP = 7 * DAY
const NO_SLICES: MonthSlices = { good: 0, bad: 0, sums: [] }

export async function monthSlices(sql: Sql, { from, to }: Span): Promise<Map<string, MonthSlices>> {
  const slices = new Map<string, MonthSlices>()
  for (let start = from; start < to; start += STEP) {
    const end = Math.min(to, start + STEP)
    for (const { slo, good, bad, sums } of await markedMinutes(sql, start, end)) {
      const before = slices.get(slo) ?? NO_SLICES
      const hours = sums === 0 ? [] : await hourSums(sql, slo, start, end)
      slices.set(slo, { good: before.good + good, bad: before.bad + bad, sums: [...before.sums, ...hours] })
    }
    await turn()
  }
  return slices
}

function markedMinutes(
  sql: Sql,
  from: Instant,
  to: Instant,
): Promise<{ slo: string; good: number; bad: number; sums: number }[]> {
  const marked = (mark: string) => `cast(sum(length(marks) - length(replace(marks, '${mark}', ''))) as bigint)`
  return sql.all(
    `select slo, ${marked('+')} as good, ${marked('-')} as bad,
       max(case when substr(marks, 1, 1) in ('+', '-', '.') then 0 else 1 end) as sums
     from slice_hour where hour >= ? and hour < ? group by slo`,
    [from, to],
  )
}

async function hourSums(sql: Sql, slo: string, from: Instant, to: Instant): Promise<HourSum[]> {
  const rows = await sql.all<{ hour: Instant; marks: string }>(
    'select hour, marks from slice_hour where slo = ? and hour >= ? and hour < ? order by hour',
    [slo, from, to],
  )
  return rows.flatMap(({ hour, marks }) => {
    const [bad = 0, total = 0] = marks.split('/').map(Number)
    return marks.includes('/') ? [{ hour, bad, total }] : []
  })
}

/** An SLO that has been judged at some time. */
export interface JudgedSlo {
  readonly slo: string
  readonly judgedUntil: Instant
  /** The newest; null: none is kept. */
  readonly newest: Verdict | null
  /** The first of the span that was written down; null: none was. */
  readonly first: Verdict | null
}

/** Every SLO ever judged, in the plan or not, with the first verdict of a span, by name. */
export async function judgedSlos(sql: Sql, { from, to }: Span): Promise<Map<string, JudgedSlo>> {
  const rows = await sql.all<{ slo: string; until: Instant; document: string; first: string | null }>(
    `select s.slo as slo, s.evaluated_until as until, s.document as document,
       (select v.document from verdict v where v.slo = s.slo and v.at > ? and v.at <= ? order by v.at limit 1) as first
     from slo_state s`,
    [from, to],
  )
  return new Map(
    rows.map(({ slo, until, document, first }) => [
      slo,
      {
        slo,
        judgedUntil: until,
        newest: (JSON.parse(document) as { verdict?: Verdict | null }).verdict ?? null,
        first: first === null ? null : (JSON.parse(first) as Verdict),
      },
    ]),
  )
}

/** Incidents that opened in a span, oldest first, ties by id. */
export async function incidentsOpened(sql: Sql, { from, to }: Span): Promise<Incident[]> {
  const rows = await sql.all<{ document: string }>(
    'select document from incident where opened_at >= ? and opened_at < ?',
    [from, to],
  )
  return rows
    .map(({ document }) => JSON.parse(document) as Incident)
    .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1))
}

/** The first and the last hour of which anything is kept; null: nothing is. */
export async function hoursKept(sql: Sql): Promise<Span | null> {
  const [row] = await sql.all<{ first: Instant | null; last: Instant | null }>(
    'select (select min(start) from window_hour) as first, (select max(start) from window_hour) as last',
  )
  return row === undefined || row.first === null || row.last === null ? null : { from: row.first, to: row.last }
}
