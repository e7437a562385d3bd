import type { Affected, Cause, Incident, TimelineEntry } from '../../model/incident.ts'
import { round6 } from '../../model/ratio.ts'
import { iso, type Instant } from '../../model/time.ts'
import { SCHEMA_VERSION } from './verdict.ts'

export interface CauseDocument {
  readonly dimension: string
  readonly value: string
  readonly share_of_bad: number
  readonly share_of_all: number
  readonly lift: number
}

/** An incident as `incidents.json` and the API print it. */
export interface IncidentDocument {
  readonly schema_version: number
  readonly id: string
  readonly environment: string
  readonly domain: string
  /** Null for one about a table, and for one about Assay itself. */
  readonly event: string | null
  readonly table?: string
  /** Where several events moved together: all of them. */
  readonly events?: readonly string[]
  readonly slos: readonly string[]
  readonly severity: string
  readonly started_at: string
  readonly opened_at: string
  readonly ended_at: string | null
  readonly resolved_at: string | null
  readonly resolution: string | null
  readonly cause: CauseDocument | null
  readonly affected: readonly Affected[]
  readonly regression_of: string | null
  readonly notifications: number
  readonly no_data: boolean
  readonly explanation: readonly string[]
}

export interface TimelineDocument {
  readonly at: string
  readonly what: TimelineEntry['what']
  readonly text: string
}

/** Output form of an incident: snake_case, times ISO 8601, shares rounded to 6 decimals. */
export function incidentDocument(incident: Incident): IncidentDocument {
  return {
    schema_version: SCHEMA_VERSION,
    id: incident.id,
    environment: incident.environment,
    domain: incident.domain,
    event: incident.subject === 'table' ? null : incident.event,
    ...(incident.subject === 'table' && incident.event !== null ? { table: incident.event } : {}),
    ...(incident.events === undefined ? {} : { events: incident.events }),
    slos: incident.slos,
    severity: incident.severity,
    started_at: iso(incident.startedAt),
    opened_at: iso(incident.openedAt),
    ended_at: isoOrNull(incident.endedAt),
    resolved_at: isoOrNull(incident.resolvedAt),
    resolution: incident.resolution,
    cause: incident.cause === null ? null : causeDocument(incident.cause),
    affected: incident.affected.map(({ kind, name }) => ({ kind, name })),
    regression_of: incident.regressionOf,
    notifications: incident.notifications,
    no_data: incident.noData,
    explanation: incident.explanation,
  }
}

/** What happened to an incident, in the order in which it happened. */
export function timelineDocument(timeline: readonly TimelineEntry[]): TimelineDocument[] {
  return timeline.map(({ at, what, text }) => ({ at: iso(at), what, text }))
}

function causeDocument(cause: Cause): CauseDocument {
  return {
    dimension: cause.dimension,
    value: cause.value,
    share_of_bad: round6(cause.shareOfBad),
    share_of_all: round6(cause.shareOfAll),
    lift: round6(cause.lift),
  }
}

function isoOrNull(at: Instant | null): string | null {
  return at === null ? null : iso(at)
}
