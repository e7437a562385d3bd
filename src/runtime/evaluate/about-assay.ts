import { incidentId } from '../../judge/incidents/incident-id.ts'
import type { Incident } from '../../model/incident.ts'
import { floorTo, type Instant, MINUTE } from '../../model/time.ts'
import { openIncidents } from '../../store/incidents.ts'
import type { Sql } from '../../store/sql.ts'

/** Domain and first SLO of the incident about Assay itself: it is no event's, and nobody's promise. */
const DOMAIN = 'assay'
const NAME = 'ingest-behind'

/** The one incident that says that Assay itself can't see: opens when a source stands still, resolves when all move. */
export interface AboutAssay {
  /** What the standstill makes of it; null: nothing new. */
  readonly next: (
    behind: ReadonlyMap<string, Instant>,
    now: Instant,
  ) => { readonly change: 'opened' | 'resolved'; readonly incident: Incident } | null
  /** Replaces it by one with more said of it. */
  readonly amend: (incident: Incident) => void
  readonly open: () => readonly Incident[]
}

/** Goes on with the one that the store holds open, if any. */
export async function openAboutAssay(sql: Sql, environment: string): Promise<AboutAssay> {
  const stored = await openIncidents(sql)
  let current: Incident | null = stored.find(({ domain, event }) => domain === DOMAIN && event === null) ?? null
  return {
    next: (behind, now) => {
      const at = floorTo(now, MINUTE)
      if (current === null && behind.size > 0) {
        return { change: 'opened', incident: opened(environment, behind, at) }
      }
      if (current === null || behind.size > 0) return null
      const incident: Incident = {
        ...current,
        endedAt: at,
        resolvedAt: at,
        resolution: 'recovered',
        timeline: [...current.timeline, { at, what: 'resolved', text: 'every source moves again' }],
      }
      return { change: 'resolved', incident }
    },
    amend: (incident) => {
      current = incident.resolvedAt === null ? incident : null
    },
    open: () => (current === null ? [] : [current]),
  }
}

function opened(environment: string, behind: ReadonlyMap<string, Instant>, at: Instant): Incident {
  const startedAt = Math.min(...behind.values())
  const names = [...behind.keys()].sort()
  const text = `nothing new from ${names.join(', ')}: its SLOs are not judged`
  return {
    id: incidentId(environment, DOMAIN, NAME, at),
    environment,
    domain: DOMAIN,
    event: null,
    slos: [NAME],
    severity: 'ticket',
    startedAt,
    openedAt: at,
    endedAt: null,
    resolvedAt: null,
    resolution: null,
    cause: null,
    affected: names.map((name) => ({ kind: 'source', name })),
    regressionOf: null,
    notifications: 0,
    explanation: [text],
    noData: false,
    timeline: [
      { at: startedAt, what: 'started', text: 'the watermark stands still' },
      { at, what: 'opened', text },
    ],
  }
}
