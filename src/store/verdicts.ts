import type { Instant } from '../model/time.ts'
import { placeholders, writeRows } from './rows.ts'
import type { Sql } from './sql.ts'

/** How far an SLO has been judged, with what its judge keeps of it. */
export interface SloState<Document> {
  readonly slo: string
  readonly evaluatedUntil: Instant
  readonly document: Document
}

/** What an SLO's judge noted of each minute of an hour. */
export interface SliceHour {
  readonly slo: string
  readonly hour: Instant
  readonly marks: string
}

/** A verdict that was written down. */
export interface VerdictLine<Document> {
  readonly slo: string
  readonly at: Instant
  readonly document: Document
}

export async function readSloStates<Document>(sql: Sql): Promise<SloState<Document>[]> {
  const rows = await sql.all<{ slo: string; evaluatedUntil: Instant; document: string }>(
    'select slo, evaluated_until as "evaluatedUntil", document from slo_state',
  )
  return rows.map(({ slo, evaluatedUntil, document }) => ({
    slo,
    evaluatedUntil,
    document: JSON.parse(document) as Document,
  }))
}

const putStates = (count: number) => `insert into slo_state (slo, evaluated_until, document)
  values ${placeholders(count, 3)}
  on conflict (slo) do update set evaluated_until = excluded.evaluated_until, document = excluded.document`

/** Replaces the states of these SLOs. No SLO stands twice. */
export async function saveSloStates(sql: Sql, states: readonly SloState<unknown>[]): Promise<void> {
  const values = states.flatMap(({ slo, evaluatedUntil, document }) => [slo, evaluatedUntil, JSON.stringify(document)])
  await writeRows(sql, 3, values, putStates)
}

/** An SLO's hours from `from` on, oldest first. */
export function readSlices(sql: Sql, slo: string, from: Instant): Promise<{ hour: Instant; marks: string }[]> {
  return sql.all('select hour, marks from slice_hour where slo = ? and hour >= ? order by hour', [slo, from])
}

const putSlices = (count: number) => `insert into slice_hour (slo, hour, marks) values ${placeholders(count, 3)}
  on conflict (slo, hour) do update set marks = excluded.marks`

/** Replaces these hours. None stands twice. */
export async function saveSlices(sql: Sql, slices: readonly SliceHour[]): Promise<void> {
  await writeRows(
    sql,
    3,
    slices.flatMap(({ slo, hour, marks }) => [slo, hour, marks]),
    putSlices,
  )
}

const putVerdicts = (count: number) => `insert into verdict (slo, at, document) values ${placeholders(count, 3)}
  on conflict (slo, at) do update set document = excluded.document`

/** Writes verdict lines; the same (SLO, at) again replaces the line. None stands twice in one call. */
export async function saveVerdicts(sql: Sql, lines: readonly VerdictLine<unknown>[]): Promise<void> {
  const values = lines.flatMap(({ slo, at, document }) => [slo, at, JSON.stringify(document)])
  await writeRows(sql, 3, values, putVerdicts)
}

/** Verdict lines with `at` in [from, to), by (at, SLO). */
export async function verdictsBetween<Document>(
  sql: Sql,
  from: Instant,
  to: Instant,
): Promise<VerdictLine<Document>[]> {
  const rows = await sql.all<{ slo: string; at: Instant; document: string }>(
    'select slo, at, document from verdict where at >= ? and at < ?',
    [from, to],
  )
  return rows
    .sort((a, b) => a.at - b.at || (a.slo < b.slo ? -1 : 1)) // engines differ in how they sort text
    .map(({ slo, at, document }) => ({ slo, at, document: JSON.parse(document) as Document }))
}
