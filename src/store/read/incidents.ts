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

/** Its own event's, and those whose document names several: which ones is read there. */
const OF_EVENT = `(event = ? or replace(document, '"events":[', '') <> document)`

/** Incidents, newest first, ties by id. `event`: those that it is in, be it with others. */
export async function listIncidents(sql: Sql, query: IncidentQuery): Promise<Incident[]> {
  const { event, limit } = query
  const found: Incident[] = []
  let after = query.after ?? null
  while (found.length < limit) {
    const page = await pageOf(sql, query, after)
    found.push(...page.filter((incident) => event === undefined || eventsOf(incident).includes(event)))
    const last = page.at(-1)
    if (last === undefined || page.length < limit) break
    after = { openedAt: last.openedAt, id: last.id }
  }
  return found.slice(0, limit)
}

async function pageOf(sql: Sql, query: IncidentQuery, after: IncidentCursor | null): Promise<Incident[]> {
  const where = [STATES[query.state]]
  const values: SqlValue[] = []
  if (after !== null) {
    where.push('(opened_at < ? or (opened_at = ? and id > ?))')
    values.push(after.openedAt, after.openedAt, after.id)
  }
  if (query.event !== undefined) {
    where.push(OF_EVENT)
    values.push(query.event)
  }
  if (query.domain !== undefined) {
    where.push('domain = ?')
    values.push(query.domain)
  }
  const rows = await sql.all<{ document: string }>(
    `select document from incident where ${where.join(' and ')} order by opened_at desc, id limit ?`,
    [...values, query.limit],
  )
  return rows.map(({ document }) => JSON.parse(document) as Incident)
}

/** The open incidents that an event is in, be it with others, newest first. */
export function openIncidentsWith(sql: Sql, event: string): Promise<Incident[]> {
  return listIncidents(sql, { state: 'open', event, limit: 1_000 })
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
