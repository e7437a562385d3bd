import { eventsOf, type Incident } from '../model/incident.ts'
import type { DomainPlan, EventPlan, SloPlan } from '../plan/plan.ts'

/** What routes, inhibitions and maintenance windows can match on. */
export const MATCH_LABELS = ['severity', 'domain', 'event', 'table', 'slo', 'tier', 'kind', 'owner'] as const
type MatchLabel = (typeof MATCH_LABELS)[number]

/** An incident's values by label. Several where its SLOs differ; none where it has none (an incident about Assay itself has no event). */
export type Labels = Readonly<Record<MatchLabel, readonly string[]>>

/** Kind of an incident without an event: Assay's own reading fell behind. */
const INGEST_BEHIND = 'ingest_behind'
/** What to do then. */
export const INGEST_BEHIND_RUNBOOK = 'runbooks/ingest-behind.md'

/** The plan's part in an incident; null where the plan no longer names it. `event`: what is said of its event or table. */
export interface Involved {
  readonly incident: Incident
  /** In the incident's order: the first gives the alert its title and runbook. */
  readonly slos: readonly SloPlan[]
  readonly event: Pick<EventPlan, 'owner' | 'tier' | 'destinations'> | null
  readonly domain: DomainPlan | null
}

export function labelsOf({ incident, slos, event, domain }: Involved): Labels {
  return {
    severity: [incident.severity],
    domain: [incident.domain],
    event: incident.subject === 'table' ? [] : eventsOf(incident),
    table: incident.event !== null && incident.subject === 'table' ? [incident.event] : [],
    slo: incident.slos,
    tier: some(event?.tier ?? domain?.tier),
    kind: incident.event === null ? [INGEST_BEHIND] : [...new Set(slos.map(({ kind }) => kind))],
    owner: some(event?.owner ?? domain?.owner.team),
  }
}

function some(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value]
}
