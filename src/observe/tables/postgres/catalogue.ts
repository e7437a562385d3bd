import { nearest } from '../../../config/nearest.ts'
import { Failure } from '../../../model/failure.ts'
import type { TablePlan } from '../../../plan/table-plan.ts'
import type { CatalogueColumn } from './column-checks.ts'
import { classOf } from './column-class.ts'

/** Runs a statement and answers its rows. */
export type Query = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>

/** A domain stands for what it is made of. */
const COLUMNS = `
select a.attname as name, coalesce(b.typname, t.typname) as type, coalesce(b.typtype, t.typtype) as kind,
  format_type(t.oid, null) as shown
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  join pg_type t on t.oid = a.atttypid left join pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped`

const TABLES = `
select n.nspname || '.' || c.relname as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
order by n.nspname <> $1, 1 limit 2000`

const ARRIVAL = ['timestamptz', 'timestamp']
const EVENT_TIME = [...ARRIVAL, 'date']

/**
 * The columns that a contract names, as they are. Throws a `Failure` where the table or one of them is missing, naming the
 * nearest that is there, or where a time column holds no times.
 */
export async function columnsOf(plan: TablePlan, query: Query): Promise<ReadonlyMap<string, CatalogueColumn>> {
  const rows = await query<{ name: string; type: string; kind: string; shown: string }>(COLUMNS, [
    plan.schema,
    plan.table,
  ])
  if (rows.length === 0) throw await missingTable(plan, query)
  const columns = new Map(
    rows.map(({ name, type, kind, shown }): [string, CatalogueColumn] => [
      name,
      { name, type: shown, class: classOf(type, kind) },
    ]),
  )
  const { arrivedAt, eventTime, key } = plan
  const named = [arrivedAt, ...(eventTime === null ? [] : [eventTime]), ...(key?.columns ?? [])]
  const wanted = new Set([...named, ...plan.columns.map(({ name }) => name)])
  const missing = [...wanted].filter((name) => !columns.has(name))
  if (missing.length > 0) throw missingColumns(plan, missing, [...columns.keys()])
  ensureTimes(plan, columns)
  return columns
}

async function missingTable(plan: TablePlan, query: Query): Promise<Failure> {
  const rows = await query<{ name: string }>(TABLES, [plan.schema])
  const near = nearest(
    `${plan.schema}.${plan.table}`,
    rows.map(({ name }) => name),
  )
  return new Failure('table_missing', `There is no table ${plan.name}.`, {
    remedy: near === null ? 'create it, or take its contract away' : `did you mean ${plan.warehouse.id}.${near}?`,
  })
}

function missingColumns(plan: TablePlan, missing: readonly string[], there: readonly string[]): Failure {
  const hints = missing.flatMap((name) => {
    const near = nearest(name, there)
    return near === null ? [] : [`"${near}" for "${name}"`]
  })
  const names = missing.slice(0, 5).map((name) => `"${name}"`)
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ''
  return new Failure('column_missing', `The table ${plan.name} has no column ${names.join(', ')}${more}.`, {
    remedy: hints.length === 0 ? 'add it, or take it out of the contract' : `did you mean ${hints.join(', ')}?`,
  })
}

function ensureTimes(plan: TablePlan, columns: ReadonlyMap<string, CatalogueColumn>): void {
  for (const [key, name, classes] of [
    ['arrived_at', plan.arrivedAt, ARRIVAL],
    ['event_time', plan.eventTime, EVENT_TIME],
  ] as const) {
    const column = name === null ? undefined : columns.get(name)
    if (column === undefined || classes.includes(column.class)) continue
    throw new Failure(
      'column_type',
      `The column "${name}" of ${plan.name} is of type ${column.type}, which holds no time.`,
      {
        remedy: `name a column of type timestamptz as ${key}`,
      },
    )
  }
}
