import { collapse, type Notification, type Told } from '../../alert/notification.ts'
import type { IncidentBook, Resolved } from '../../judge/incidents/book.ts'
import type { OpenIncident, Tracking } from '../../judge/incidents/tracking.ts'
import { eventsOf, type Incident } from '../../model/incident.ts'
import { DAY, type Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { incidentsResolvedSince, openIncidents, upsertIncidents } from '../../store/incidents.ts'
import { writeNote } from '../../store/notes.ts'
import { appendOutbox, deliveriesOf, dropPending } from '../../store/outbox.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { saveSlices, saveSloStates, saveVerdicts, type SloState } from '../../store/verdicts.ts'
import { type Accounts, ACCOUNTS_NOTE } from './accounts.ts'
import type { Gathered } from './gathered.ts'
import type { Line } from './lines.ts'
import { hoursBetween } from './minutes.ts'
import type { SloDocument } from './slo-document.ts'

/** How long a resolved incident can have a regression. */
const REGRESSION = 7 * DAY

/** An open incident is stored with what is followed of it. */
type StoredIncident = Incident & { readonly tracking?: Tracking }

/** What some minutes of judging came to. */
export interface EvaluationToSave {
  readonly db: Database
  readonly assertLeads: (sql: Sql) => Promise<void>
  readonly accounts: Accounts
  readonly book: IncidentBook
  readonly gathered: Gathered
  readonly newest: ReadonlyMap<string, Line>
  /** What is unsent gives way to a resolve. Not in a replay, where everything counts as sent when it is written. */
  readonly collapses: boolean
}

/** Verdicts, slices, incidents and what is to be told, in one transaction: all of it or none. */
export async function saveEvaluation(evaluation: EvaluationToSave): Promise<void> {
  const { db, assertLeads, accounts, book, gathered, newest, collapses } = evaluation
  const tracking = new Map(book.open().map((open) => [open.incident.id, open.tracking]))
  const judged = new Map([...newest].filter(([slo]) => gathered.slos.has(slo)))
  const slices = accounts.standings().flatMap((standing) => {
    const slo = standing.slo.name
    // Its own hours alone: a standing says of hours that it no longer holds that nothing was in them.
    const span = gathered.slos.get(slo)
    return (span === undefined ? [] : hoursBetween(span.from, span.until)).flatMap((hour) => {
      const marks = standing.marks(hour)
      return marks === null ? [] : [{ slo, hour, marks }]
    })
  })
  await db.transaction(async (sql) => {
    await assertLeads(sql)
    await saveSloStates(sql, statesOf(accounts, judged))
    await saveSlices(sql, slices)
    await saveVerdicts(
      sql,
      gathered.lines.map(({ verdict }) => ({ slo: verdict.slo, at: verdict.at, document: verdict })),
    )
    await upsertIncidents(
      sql,
      [...gathered.incidents.values()].map((incident): StoredIncident => {
        const followed = tracking.get(incident.id)
        return followed === undefined ? incident : { ...incident, tracking: followed }
      }),
    )
    for (const notification of gathered.notifications) await put(sql, notification, collapses)
    await writeNote(sql, ACCOUNTS_NOTE, accounts.note())
  })
}

/** Into the outbox; a resolve takes the place of what is still waiting about its incident. */
async function put(sql: Sql, notification: Notification, collapses: boolean): Promise<void> {
  const { at, incident, receiver } = notification
  let written = notification
  if (collapses && notification.action === 'resolve') {
    const unsent = await dropPending<Notification>(sql, receiver, incident, at)
    written = collapse(
      unsent.map(({ document }) => document),
      notification,
    )
  }
  await appendOutbox(sql, [{ at, incident, receiver, action: written.action, document: written }])
}

/**
 * The incidents left open, with what was followed of them. SLOs that the plan no longer names for their event are followed no
 * further; `abandoned`: those that have no other.
 */
export async function readOpenIncidents(
  sql: Sql,
  plan: Plan,
): Promise<{ readonly open: readonly OpenIncident[]; readonly abandoned: readonly OpenIncident[] }> {
  const eventOf = new Map(plan.slos.map(({ name, event }) => [name, event]))
  const stored: readonly StoredIncident[] = await openIncidents(sql)
  const open: OpenIncident[] = []
  const abandoned: OpenIncident[] = []
  for (const { tracking, ...incident } of stored) {
    if (tracking === undefined) continue
    const slos = Object.entries(tracking.slos).filter(([name]) => eventsOf(incident).includes(eventOf.get(name) ?? ''))
    if (slos.length === 0) abandoned.push({ incident, tracking })
    else open.push({ incident, tracking: { ...tracking, slos: Object.fromEntries(slos) } })
  }
  return { open, abandoned }
}

/** Resolved incidents of which a new one could be a regression. */
export async function readResolved(sql: Sql, now: Instant): Promise<readonly Resolved[]> {
  const resolved = await incidentsResolvedSince(sql, now - REGRESSION)
  return resolved.flatMap(resolvedOf).sort((a, b) => a.resolvedAt - b.resolvedAt)
}

/** What a regression needs of an incident; nothing of one that is open. */
export function resolvedOf({ id, domain, slos, resolvedAt }: Incident): readonly Resolved[] {
  return resolvedAt === null ? [] : [{ id, domain, firstSlo: slos[0] ?? '', resolvedAt }]
}

/** Incidents that the plan has abandoned, what is told of them, and the SLOs of their events, clipped. */
export async function saveRetired(retirement: {
  readonly db: Database
  readonly assertLeads: (sql: Sql) => Promise<void>
  readonly accounts: Accounts
  readonly clipped: ReadonlyMap<string, Line>
  readonly incidents: readonly Incident[]
  readonly notifications: readonly Notification[]
  readonly collapses: boolean
}): Promise<void> {
  const { db, assertLeads, accounts, clipped, incidents, notifications, collapses } = retirement
  await db.transaction(async (sql) => {
    await assertLeads(sql)
    await saveSloStates(sql, statesOf(accounts, clipped))
    await upsertIncidents(sql, incidents)
    for (const notification of notifications) await put(sql, notification, collapses)
  })
}

/** Verdicts that a standstill blinded and the incident about it. The SLOs' accounts stay where they are. */
export async function saveBehind(standstill: {
  readonly db: Database
  readonly assertLeads: (sql: Sql) => Promise<void>
  readonly accounts: Accounts
  readonly blind: readonly Line[]
  readonly incident: Incident | null
  readonly notifications: readonly Notification[]
}): Promise<void> {
  const { db, assertLeads, accounts, blind, incident, notifications } = standstill
  const lines = new Map(blind.map((line) => [line.verdict.slo, line]))
  await db.transaction(async (sql) => {
    await assertLeads(sql)
    await saveSloStates(sql, statesOf(accounts, lines))
    await upsertIncidents(sql, incident === null ? [] : [incident])
    for (const notification of notifications) await put(sql, notification, true)
  })
}

/** The stored form of SLOs with a line. */
function statesOf(accounts: Accounts, lines: ReadonlyMap<string, Line>): SloState<SloDocument>[] {
  return accounts.standings().flatMap((standing) => {
    const line = lines.get(standing.slo.name)
    if (line === undefined) return []
    const document: SloDocument = { ...line, clippedAt: standing.clippedAt(), newest: standing.newest() }
    return [{ slo: standing.slo.name, evaluatedUntil: standing.at(), document }]
  })
}

/** By open incident: the last thing written for each receiver. */
export async function readTold(
  sql: Sql,
  incidents: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, Told>>> {
  const told = new Map<string, Map<string, Told>>()
  for (const incident of incidents) {
    const by = new Map<string, Told>()
    for (const { receiver, at, document } of await deliveriesOf<Notification>(sql, incident)) {
      by.set(receiver, { action: document.action, severity: document.severity, at })
    }
    told.set(incident, by)
  }
  return told
}
