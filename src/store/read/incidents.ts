import { eventsOf, type Incident } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { Sql, SqlValue } from '../sql.ts'

export type IncidentState = 'open' | 'resolved' | 'all'

/** Where a list goes on: after the incident opened at `openedAt` with `id`. */
export interface IncidentCursor {
  readonly openedAt: Instant
  readonly id: string
}

export interface IncidentQuery {
  readonly state: IncidentState
  readonly limit: number
  readonly after?: IncidentCursor | null
  readonly event?: string
  readonly domain?: string
}

const STATES: Readonly<Record<IncidentState, string>> = {
  open: 'resolved_at is null',
  resolved: 'resolved_at is not null',
  all: '1 = 1',
}

/** Incidents, newest first, ties by id. */
export async function listIncidents(sql: Sql, query: IncidentQuery): Promise<Incident[]> {
  const where = [STATES[query.state]]
  const values: SqlValue[] = []
  const { after } = query
  if (after) {
    where.push('(opened_at < ? or (opened_at = ? and id > ?))')
    values.push(after.openedAt, after.openedAt, after.id)
  }
  for (const column of ['event', 'domain'] as const) {
    const value = query[column]
    if (value === undefined) continue
    where.push(`${column} = ?`)
    values.push(value)
  }
  const rows = await sql.all<{ document: string }>(
    `select document from incident where ${where.join(' and ')} order by opened_at desc, id limit ?`,
    [...values, query.limit],
  )
  return rows.map(({ document }) => JSON.parse(document) as Incident)
}

/** The open incidents that an event is in, be it with others, newest first. */
export async function openIncidentsWith(sql: Sql, event: string): Promise<Incident[]> {
  const open = await listIncidents(sql, { state: 'open', limit: 1_000 })
  return open.filter((incident) => eventsOf(incident).includes(event))
}

/** Incidents in the order in which they were resolved, newest first. */
export async function lastResolved(sql: Sql, limit: number): Promise<Incident[]> {
  const rows = await sql.all<{ document: string }>(
    'select document from incident where resolved_at is not null order by resolved_at desc, id limit ?',
    [limit],
  )
  return rows.map(({ document }) => JSON.parse(document) as Incident)
}

export async function incidentById(sql: Sql, id: string): Promise<Incident | null> {
  const [row] = await sql.all<{ document: string }>('select document from incident where id = ?', [id])
  return row === undefined ? null : (JSON.parse(row.document) as Incident)
}
