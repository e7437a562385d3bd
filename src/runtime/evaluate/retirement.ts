import type { Notification } from '../../alert/notification.ts'
import type { ChangedIncident } from '../../judge/incidents/book.ts'
import { eventsOf, type Incident } from '../../model/incident.ts'
import { traceIncident } from '../tracing/evaluation.ts'
import type { Tracing } from '../tracing/tracing.ts'
import type { Accounts } from './accounts.ts'
import type { IncidentFacts } from './incident-facts.ts'
import type { Line } from './lines.ts'
import type { Telling } from './telling.ts'

/** What comes of resolving incidents that the plan has abandoned. */
export interface Retirement {
  readonly changes: readonly ChangedIncident[]
  readonly notifications: readonly Notification[]
  /** The SLOs of their events, which start anew at the resolve. */
  readonly clipped: ReadonlyMap<string, Line>
}

/** Clips the SLOs of the `retired` incidents' events and tells who had been told of them. */
export async function retire(
  retired: readonly Incident[],
  {
    accounts,
    newest,
    telling,
    facts,
    tracing,
  }: {
    readonly accounts: Accounts
    readonly newest: ReadonlyMap<string, Line>
    readonly telling: Telling
    readonly facts: IncidentFacts
    readonly tracing: Tracing
  },
): Promise<Retirement> {
  const clipped = new Map<string, Line>()
  const changes: ChangedIncident[] = []
  const notifications: Notification[] = []
  for (const incident of retired) {
    const at = incident.resolvedAt ?? incident.openedAt
    for (const standing of eventsOf(incident).flatMap(accounts.standingsOf)) {
      standing.clip(at)
      const line = newest.get(standing.slo.name)
      if (line !== undefined) clipped.set(standing.slo.name, line)
    }
    const seen = { change: 'manual', incident, at, kinds: facts.kinds(incident) } as const
    const told = await traceIncident(tracing, seen, async () =>
      telling.tell('manual', at, facts.alert(incident, at, null), []),
    )
    changes.push({ change: 'manual', incident: told.incident })
    notifications.push(...told.notifications)
  }
  return { changes, notifications, clipped }
}
