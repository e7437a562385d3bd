import { didYouMean, nearest } from '../config/nearest.ts'
import type { Located, Project } from '../config/project.ts'
import type { TableConfig } from '../config/table-contract.ts'
import { readTableName, type TableName, writeTableName } from '../config/table-name.ts'
import type { Problem } from '../model/problem.ts'
import { DAY, formatDuration, HOUR } from '../model/time.ts'
import { compileColumns } from './columns.ts'
import type { DomainPlan, EventPlan } from './plan.ts'
import { slug, uniqueSlug } from './slug.ts'
import type { TablePlan, WarehousePlan } from './table-plan.ts'

/** How a warehouse stands in the map of what is disabled: no id of a source holds a space. */
export function warehouseKey(id: string): string {
  return `warehouse ${id}`
}

/** The warehouses, by id. */
export function warehousesOf(
  project: Project,
  disabled: ReadonlyMap<string, string>,
  problems: Problem[],
): ReadonlyMap<string, WarehousePlan> {
  const { warehouses, retention } = project.assay.value
  const byId = new Map<string, WarehousePlan>()
  for (const [index, config] of warehouses.entries()) {
    const { id } = config
    if (byId.has(id)) {
      const message = `the warehouse "${id}" stands twice: give each its own id`
      problems.push(project.assay.problem(['warehouses', index, 'id'], message))
    }
    // Hours are summed anew from their minutes: all of the oldest hour's must still be there when one of them is mended.
    const kept = Math.min(retention.minutes, 3 * DAY)
    const longest = { overlap: Math.min(kept, Math.max(0, retention.minutes - 2 * HOUR)), backfill: kept } as const
    for (const key of ['overlap', 'backfill'] as const) {
      if (config[key] <= longest[key]) continue
      const message = `${key} is longer than minutes can be mended (${formatDuration(longest[key])}): shorten it, or keep minutes longer`
      problems.push(project.assay.problem(['warehouses', index, key], message))
    }
    byId.set(id, {
      id,
      type: config.type,
      longestGap: config.schedule.longestGap,
      statementTimeout: config.statement_timeout,
      overlap: config.overlap,
      safety: config.safety,
      backfill: config.backfill,
      disabled: disabled.get(warehouseKey(id)) ?? null,
    })
  }
  return byId
}

interface Around {
  readonly project: Project
  readonly domains: ReadonlyMap<string, { readonly plan: DomainPlan }>
  readonly events: ReadonlyMap<string, EventPlan>
  readonly warehouses: ReadonlyMap<string, WarehousePlan>
}

/** Table contracts put together with their warehouses and owners, by name. */
export function compileTables(
  { project, domains, events, warehouses }: Around,
  problems: Problem[],
): ReadonlyMap<string, TablePlan> {
  const tables = new Map<string, TablePlan>()
  const places = new Map<string, string>()
  const slugs = new Set([...events.values()].map((event) => event.slug))
  for (const located of project.tables) {
    const parts = readTableName(located.value.table)
    const warehouse = warehouseOf(located, parts, warehouses, project, problems)
    const { columns, problems: wrong } = compileColumns(located)
    problems.push(...wrong, ...columnProblems(located))
    const domain = domains.get(located.domain)?.plan
    if (domain === undefined && !project.unread.domains.names.has(located.domain)) {
      problems.push(located.problem([], `the folder "${located.domain}" has no domain.yaml: a table needs an owner`))
    }
    if (parts === null) continue
    const name = writeTableName(parts)
    const before = places.get(name)
    if (before !== undefined) {
      problems.push(located.problem(['table'], `the table "${name}" has a contract already, at ${before}: keep one`))
      continue
    }
    if (events.has(name)) {
      problems.push(located.problem(['table'], `"${name}" is the name of an event as well: rename that one`))
    }
    const { file, line } = located.problem(['table'], '')
    places.set(name, `${file}:${line}`)
    const own = uniqueSlug(slug(`${parts.schema} ${parts.table}`), slugs)
    slugs.add(own)
    if (warehouse === null) continue
    const { description, status, released = null, owner, arrived_at, event_time, key } = located.value
    tables.set(name, {
      name,
      slug: own,
      warehouse,
      schema: parts.schema,
      table: parts.table,
      domain: located.domain,
      description,
      status,
      released,
      owner: owner ?? domain?.owner.team ?? '',
      tier: domain?.tier ?? 'P2',
      arrivedAt: arrived_at,
      eventTime: event_time ?? null,
      key: keyOf(key),
      columns,
    })
  }
  return tables
}

function warehouseOf(
  located: Located<TableConfig>,
  parts: TableName | null,
  warehouses: ReadonlyMap<string, WarehousePlan>,
  project: Project,
  problems: Problem[],
): WarehousePlan | null {
  const say = (message: string): null => {
    problems.push(located.problem(['table'], message))
    return null
  }
  if (parts === null) {
    return say(
      'must be warehouse.schema.table, each part in double quotes where it holds a dot: main.public."odd.name"',
    )
  }
  for (const [what, part] of [
    ['schema', parts.schema],
    ['table', parts.table],
  ] as const) {
    if (part.includes('\u0000')) return say(`the name of its ${what} holds U+0000, which no name can`)
    if (new TextEncoder().encode(part).length > 63) {
      return say(`the name of its ${what} is longer than 63 bytes, more than a name in Postgres can have`)
    }
  }
  const found = warehouses.get(parts.warehouse)
  if (found !== undefined || project.unread.warehouses.all || project.unread.warehouses.names.has(parts.warehouse)) {
    return found ?? null
  }
  const ids = [...warehouses.keys()]
  const hint = didYouMean(parts.warehouse, ids, `there are ${ids.join(', ') || 'none'} in assay.yaml`)
  return say(`there is no warehouse "${parts.warehouse}": ${hint}`)
}

/** Columns that the contract itself uses are told of where they are misspelt. */
function columnProblems({ value, problem }: Located<TableConfig>): Problem[] {
  const named = Object.keys(value.columns)
  const { columns } = keyOf(value.key) ?? { columns: [] }
  const used: [path: PropertyKey[], column: string][] = columns.map((column) => [['key'], column])
  used.push([['arrived_at'], value.arrived_at])
  if (value.event_time !== undefined) used.push([['event_time'], value.event_time])
  return used.flatMap(([path, column]) => {
    if (named.includes(column)) return []
    const near = nearest(column, named)
    // Only a slip of the pen: the contract needn't name every column that it uses.
    if (near === null || near.length < 4) return []
    return [problem(path, `"${column}" is none of the columns below: did you mean "${near}"?`, 'warning')]
  })
}

function keyOf(key: TableConfig['key']): TablePlan['key'] {
  if (key === undefined) return null
  if (typeof key === 'string') return { columns: [key], horizon: DAY }
  return Array.isArray(key) ? { columns: key, horizon: DAY } : { columns: key.columns, horizon: key.horizon }
}
