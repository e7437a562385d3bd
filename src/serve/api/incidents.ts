import type { Incident } from '../../model/incident.ts'
import { iso, MINUTE } from '../../model/time.ts'
import { incidentDocument, timelineDocument } from '../../report/documents/incident.ts'
import { deliveriesOf, evidenceOf } from '../../store/read/evidence.ts'
import { type IncidentState, incidentById, listIncidents } from '../../store/read/incidents.ts'
import type { Span } from '../../store/read/spans.ts'
import type { ServeDeps } from '../deps.ts'
import { notFound } from '../problems.ts'
import { payloadOf } from '../samples.ts'
import { cursorOf, instantAfter, type Paging } from './query.ts'

type Deps = Pick<ServeDeps, 'db' | 'now'>

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
export async function incidentAnswer({ db, now }: Deps, id: string): Promise<object> {
  const incident = await incidentById(db, id)
  if (incident === null) throw notFound('incident', id)
  const [evidence, deliveries] = await Promise.all([
    incident.event === null ? [] : evidenceOf(db, incident.event, badSpan(incident, now())),
    deliveriesOf(db, id),
  ])
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

/** From the first bad minute to the end of the last; open ones until now. */
export function badSpan(incident: Incident, now: number): Span {
  return { from: incident.startedAt, to: incident.endedAt === null ? now + MINUTE : incident.endedAt + MINUTE }
}
