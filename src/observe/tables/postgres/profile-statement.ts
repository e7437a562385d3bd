import { type Duration, HOUR, type Instant, iso } from '../../../model/time.ts'
import type { Finding } from '../../../model/window.ts'
import type { TablePlan } from '../../../plan/table-plan.ts'
import { pointerTo } from '../../check/fill.ts'
import type { ProfileRequest } from '../warehouse.ts'
import { type CatalogueColumn, unfilled, violationsOf } from './column-checks.ts'
import { createParameters, type Parameters, quoted } from './parameters.ts'

/** The one statement of a pass, and what its columns `f0`, `f1`, … count. */
export interface ProfileStatement {
  readonly text: string
  readonly values: readonly unknown[]
  readonly findings: readonly Finding[]
}

/** Late enough to be a backfill. */
const BACKFILLED = 24 * HOUR

/**
 * One aggregation by minute of arrival. Written so that an index on the arrival column serves its range (the column stands
 * alone on its side), and so that every check is evaluated in one scan. `columns` are those of the catalogue, all that the plan names among them.
 */
export function profileStatement(
  plan: TablePlan,
  columns: ReadonlyMap<string, CatalogueColumn>,
  { from, until, maxDelay }: ProfileRequest,
): ProfileStatement {
  const parameters = createParameters()
  const table = `${quoted(plan.schema)}.${quoted(plan.table)}`
  const arrived = columnOf(columns, plan.arrivedAt)
  const at = quoted(plan.arrivedAt)
  const instant = (value: Instant): string => bound(arrived, value, parameters)
  const flags = flagsOf(plan, columns, parameters)
  const range = `${at} >= ${instant(from)} and ${at} < ${instant(until)}`
  const counted = [
    `date_trunc('minute', ${at}) as minute`,
    'count(*)::int8 as received',
    `${countIf(flags.flatMap(({ bad, sql }) => (bad === 'invalid' ? [sql] : [])))} as invalid`,
    `${countIf(flags.flatMap(({ bad, sql }) => (bad === 'incomplete' ? [sql] : [])))} as incomplete`,
    ...delays(plan, columns, at, maxDelay, parameters),
    `max(${at}) as newest`,
    ...flags.map(({ sql }, index) => `${countIf([sql])} as f${index}`),
  ]
  const text = `with counted as (
  select ${counted.join(',\n    ')}
  from ${table} where ${range} group by 1
)${plan.key === null ? '' : `, keyed as (${keyed(plan, columns, table, at, instant, from, until, parameters)})`}
select ${epoch('counted.minute', 1_000)} as minute, received, invalid, incomplete, timed, late, backfilled,
  ${plan.key === null ? '0::int8 as identified, 0::int8 as duplicates' : 'coalesce(identified, 0)::int8 as identified, coalesce(duplicates, 0)::int8 as duplicates'},
  ${epoch('newest', 1_000)} as "lastArrival"${flags.map((_, index) => `, f${index}`).join('')}
from counted${plan.key === null ? '' : ' left join keyed on keyed.minute = counted.minute'} order by 1`
  return { text, values: parameters.values, findings: flags.map(({ finding }) => finding) }
}

interface Flag {
  readonly finding: Finding
  readonly sql: string
  /** What a row with it is; null: nothing but counted. */
  readonly bad: 'invalid' | 'incomplete' | null
}

function flagsOf(plan: TablePlan, columns: ReadonlyMap<string, CatalogueColumn>, parameters: Parameters): Flag[] {
  return plan.columns.flatMap((column): Flag[] => {
    const found = columnOf(columns, column.name)
    const path = pointerTo(column.name)
    const violations = violationsOf(column, found, parameters).map(
      ({ keyword, message, sql }): Flag => ({
        finding: { kind: 'violation', path, keyword, message },
        sql,
        bad: 'invalid',
      }),
    )
    if (!column.watched && column.fill === null) return violations
    const finding: Finding = { kind: 'unfilled', path, keyword: '', message: '' }
    return [...violations, { finding, sql: unfilled(found), bad: column.watched ? 'incomplete' : null }]
  })
}

function countIf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '0::int8' : `count(*) filter (where ${conditions.join(' or ')})::int8`
}

function delays(
  plan: TablePlan,
  columns: ReadonlyMap<string, CatalogueColumn>,
  at: string,
  maxDelay: Duration | null,
  parameters: Parameters,
): string[] {
  if (plan.eventTime === null) return ['0::int8 as timed', '0::int8 as late', '0::int8 as backfilled']
  const event = quoted(plan.eventTime)
  const happened = columnOf(columns, plan.eventTime).class === 'date' ? `${event}::timestamp` : event
  const later = (than: Duration): string =>
    countIf([`${happened} < ${at} - ${parameters.add(`${than} milliseconds`, 'interval')}`])
  return [
    `count(${event})::int8 as timed`,
    `${maxDelay === null ? '0::int8' : later(maxDelay)} as late`,
    `${later(BACKFILLED)} as backfilled`,
  ]
}

/**
 * Duplicates by minute: rows whose key was seen at most a horizon before, whether or not that one was a duplicate. Rows at the
 * same instant are all but one duplicates of it. Rows with a NULL in the key are outside. Only keys of the span are sorted:
 * of a day of rows that is a hundredth.
 */
function keyed(
  plan: TablePlan,
  columns: ReadonlyMap<string, CatalogueColumn>,
  table: string,
  at: string,
  instant: (value: Instant) => string,
  from: Instant,
  until: Instant,
  parameters: Parameters,
): string {
  const { columns: names, horizon } = plan.key ?? { columns: [], horizon: 0 }
  const keys = names.map((name) =>
    // Bytes are compared several times faster than words of a language, and are what a key means.
    columnOf(columns, name).class === 'text' ? `${quoted(name)}::text collate "C"` : quoted(name),
  )
  const within = parameters.add(`${horizon} milliseconds`, 'interval')
  return `
  select date_trunc('minute', at) as minute, count(*) as identified,
    count(*) filter (where at - before <= ${within}) as duplicates
  from (
    select ${at} as at, lag(${at}) over (partition by ${keys.join(', ')} order by ${at}) as before
    from ${table}
    where ${at} >= ${instant(from - horizon)} and ${at} < ${instant(until)}
      and ${names.map((name) => `${quoted(name)} is not null`).join(' and ')}
      and (${keys.join(', ')}) in (
        select ${keys.join(', ')} from ${table} where ${at} >= ${instant(from)} and ${at} < ${instant(until)}
      )
  ) seen where at >= ${instant(from)} group by 1
`
}

/** A moment as the arrival column has it; one without a zone is taken as UTC. */
function bound({ class: of }: CatalogueColumn, value: Instant, parameters: Parameters): string {
  const given = parameters.add(iso(value), 'timestamptz')
  return of === 'timestamp' ? `(${given} at time zone 'UTC')` : given
}

function epoch(column: string, unit: number): string {
  return `floor(extract(epoch from ${column}) * ${unit})::int8`
}

function columnOf(columns: ReadonlyMap<string, CatalogueColumn>, name: string): CatalogueColumn {
  const found = columns.get(name)
  if (found === undefined) throw new RangeError(`the column ${name} was not looked up`)
  return found
}
