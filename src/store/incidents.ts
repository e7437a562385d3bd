import type { Incident } from '../model/incident.ts'
import type { Instant } from '../model/time.ts'
import { placeholders, writeRows } from './rows.ts'
import type { Sql } from './sql.ts'

const putIncidents = (count: number) => `insert into incident (id, domain, event, opened_at, resolved_at, document)
  values ${placeholders(count, 6)}
  on conflict (id) do update set resolved_at = excluded.resolved_at, document = excluded.document`

/** Writes incidents as they are now. None stands twice. */
export async function upsertIncidents(sql: Sql, incidents: readonly Incident[]): Promise<void> {
  const values = incidents.flatMap((incident) => [
    incident.id,
    incident.domain,
    incident.event,
    incident.openedAt,
    incident.resolvedAt,
    JSON.stringify(incident),
  ])
  await writeRows(sql, 6, values, putIncidents)
}

/** Open incidents in the order in which they opened. */
export async function openIncidents(sql: Sql): Promise<Incident[]> {
  return incidentsOf(sql, 'where resolved_at is null', [])
}

/** Incidents resolved at or after an instant: what a regression is measured against. */
export async function incidentsResolvedSince(sql: Sql, since: Instant): Promise<Incident[]> {
  return incidentsOf(sql, 'where resolved_at >= ?', [since])
}

/** Every incident in the order in which they opened, ties by id. */
export async function allIncidents(sql: Sql): Promise<Incident[]> {
  return incidentsOf(sql, '', [])
}

async function incidentsOf(sql: Sql, condition: string, values: readonly number[]): Promise<Incident[]> {
  const rows = await sql.all<{ document: string }>(`select document from incident ${condition}`, values)
  return rows
    .map(({ document }) => JSON.parse(document) as Incident)
    .sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1))
}
