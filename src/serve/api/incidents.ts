import { iso } from '../../model/time.ts'
import { incidentDocument, timelineDocument } from '../../report/documents/incident.ts'
import { deliveriesOf } from '../../store/read/evidence.ts'
import { type IncidentState, incidentById, listIncidents } from '../../store/read/incidents.ts'
import { badRecordsOf } from '../bad-records.ts'
import type { ServeDeps } from '../deps.ts'
import { notFound } from '../problems.ts'
import { payloadOf } from '../samples.ts'
import { cursorOf, instantAfter, type Paging } from './query.ts'

type Deps = Pick<ServeDeps, 'db' | 'plan' | 'now'>

export interface IncidentFilter {
  readonly state: IncidentState
  readonly domain: string | null
  readonly event: string | null
}

/** `GET /api/v1/incidents`: newest first. */
export async function incidentsAnswer({ db }: Deps, paging: Paging, filter: IncidentFilter): Promise<object> {
  const after = instantAfter(paging)
  const found = await listIncidents(db, {
    state: filter.state,
    limit: paging.limit + 1,
    after: after === null ? null : { openedAt: after.at, id: after.id },
    ...(filter.domain === null ? {} : { domain: filter.domain }),
    ...(filter.event === null ? {} : { event: filter.event }),
  })
  const shown = found.slice(0, paging.limit)
  const last = shown.at(-1)
  const more = last !== undefined && found.length > shown.length
  return { incidents: shown.map(incidentDocument), next_cursor: more ? cursorOf([last.openedAt, last.id]) : null }
}

/** `GET /api/v1/incidents/:id`: with its time line, evidence and what was sent. */
export async function incidentAnswer({ db, plan, now }: Deps, id: string): Promise<object> {
  const incident = await incidentById(db, id)
  if (incident === null) throw notFound('incident', id)
  const [evidence, deliveries] = await Promise.all([badRecordsOf(db, plan(), incident, now()), deliveriesOf(db, id)])
  return {
    ...incidentDocument(incident),
    timeline: timelineDocument(incident.timeline),
    evidence: evidence.map(({ source, position, arrivedAt, reason, violations, payload }) => ({
      source,
      position,
      arrived_at: arrivedAt === null ? null : iso(arrivedAt),
      reason,
      violations,
      payload: payloadOf(payload),
    })),
    deliveries: deliveries.map(({ at, receiver, action, state, attempts, answer, sentAt }) => ({
      at: iso(at),
      receiver,
      action,
      state,
      attempts,
      answer,
      sent_at: sentAt === null ? null : iso(sentAt),
    })),
  }
}
