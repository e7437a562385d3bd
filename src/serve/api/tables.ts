import { round6 } from '../../model/ratio.ts'
import { iso } from '../../model/time.ts'
import { pointerTo } from '../../observe/check/fill.ts'
import type { ColumnPlan, TablePlan } from '../../plan/table-plan.ts'
import { incidentDocument } from '../../report/documents/incident.ts'
import { readVolumeStreams } from '../../store/volume-streams.ts'
import { volumeDocument } from '../volume-document.ts'
import { listIncidents } from '../../store/read/incidents.ts'
import { type FindingCount, findingsOf } from '../../store/read/samples.ts'
import type { Span } from '../../store/read/spans.ts'
import type { ServeDeps } from '../deps.ts'
import { notFound } from '../problems.ts'
import { notReadWords, type TableLine, tableLines } from '../tables.ts'
import { type Paging, pageByName } from './query.ts'
import { sloDocuments } from './slos.ts'

type Deps = Pick<ServeDeps, 'db' | 'plan'>

/** `GET /api/v1/tables`: what arrived in tables over a span, and how far they have been read. */
export async function tablesAnswer(
  { db, plan }: Deps,
  span: Span,
  paging: Paging,
  domain: string | null,
): Promise<object> {
  const lines = (await tableLines(db, plan(), span)).filter(({ table }) => domain === null || table.domain === domain)
  const { items, next_cursor } = pageByName(lines, ({ table }) => table.name, paging)
  return { since: iso(span.from), until: iso(span.to), tables: items.map(tableDocument), next_cursor }
}

/** `GET /api/v1/tables/:name`: one table, by name or slug, with its columns and what is wrong with them. */
export async function tableAnswer(deps: Deps, asked: string, span: Span): Promise<object> {
  const { db, plan } = deps
  const table = findTable(plan().tables, asked)
  const line = (await tableLines(db, plan(), span)).find((one) => one.table === table)
  if (table === null || line === undefined) throw notFound('table', asked)
  const { name } = table
  const [findings, open, slos, volume] = await Promise.all([
    findingsOf(db, name, span, 2_000, 'table'),
    listIncidents(db, { state: 'open', event: name, limit: 50 }),
    sloDocuments(deps, (slo) => slo.event === name),
    readVolumeStreams(db, name),
  ])
  const rows = line.counts?.received ?? 0
  return {
    since: iso(span.from),
    until: iso(span.to),
    ...tableDocument(line),
    description: table.description,
    tier: table.tier,
    arrived_at: table.arrivedAt,
    event_time: table.eventTime,
    key: table.key === null ? null : { columns: table.key.columns, horizon: table.key.horizon / 1_000 },
    columns: table.columns.map((column) => columnDocument(column, findings, rows)),
    open_incidents: open.map(incidentDocument),
    volume: volume.map(volumeDocument),
    slos,
  }
}

export function findTable(tables: ReadonlyMap<string, TablePlan>, asked: string): TablePlan | null {
  return tables.get(asked) ?? [...tables.values()].find(({ slug }) => slug === asked) ?? null
}

export function tableDocument(line: TableLine): object {
  const { table, counts, countedUntil, trouble } = line
  const arrived = counts?.lastArrival ?? 0
  return {
    name: table.name,
    domain: table.domain,
    status: table.status,
    owner: table.owner,
    warehouse: table.warehouse.id,
    rows: counts?.received ?? 0,
    invalid: counts?.invalid ?? 0,
    unfilled: counts?.incomplete ?? 0,
    duplicates: counts?.duplicates ?? 0,
    late: counts?.late ?? 0,
    last_arrival: arrived === 0 ? null : iso(arrived),
    counted_until: countedUntil === null ? null : iso(countedUntil),
    disabled: table.warehouse.disabled,
    trouble: trouble === null ? null : { reason: trouble.code, text: notReadWords(line), since: iso(trouble.since) },
  }
}

function columnDocument(column: ColumnPlan, findings: readonly FindingCount[], rows: number): object {
  const own = findings.filter(({ path }) => path === pointerTo(column.name))
  const unfilled = own.find(({ kind }) => kind === 'unfilled')?.count ?? 0
  const isWatched = column.watched || column.fill !== null
  return {
    name: column.name,
    type: column.type,
    required: column.required,
    fill_goal: column.fill,
    fill: isWatched && rows > 0 ? round6(1 - unfilled / rows) : null,
    pii: column.pii,
    violations: own
      .filter(({ kind }) => kind === 'violation')
      .map(({ keyword, message, count }) => ({ keyword, message, count })),
  }
}
