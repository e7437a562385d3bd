import {
  type Affected,
  type Cause,
  eventsOf,
  type Incident,
  JUST_OPENED,
  type TimelineEntry,
} from '../../model/incident.ts'
import { SEVERITY_RANK, type Severity } from '../../model/sli.ts'
import type { Instant } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import { incidentId } from './incident-id.ts'
import { CALM_MINUTES } from './tracking.ts'

/** An incident of a breach that belongs to no open one. */
export function opened(
  at: Instant,
  slo: SloPlan,
  firing: 'page' | 'ticket',
  {
    environment,
    startedAt,
    affected,
    regressionOf,
  }: Pick<Incident, 'environment' | 'startedAt' | 'affected' | 'regressionOf'>,
): Incident {
  const severity = capped(firing, slo)
  return {
    id: incidentId(environment, slo.domain, slo.name, at),
    environment,
    domain: slo.domain,
    event: slo.event,
    ...(slo.subject === 'table' ? { subject: slo.subject } : {}),
    slos: [slo.name],
    severity,
    startedAt,
    openedAt: at,
    ...JUST_OPENED,
    affected,
    regressionOf,
    explanation: [],
    timeline: [
      { at: startedAt, what: 'started', text: `first bad minute of ${slo.name}` },
      { at, what: 'opened', text: `${whatBreaks(slo)}: ${severity}` },
    ],
  }
}

/** An open incident with an SLO that fires: joined if it wasn't part of it, raised if this is worse than what was. */
export function risen(
  at: Instant,
  incident: Incident,
  slo: SloPlan,
  firing: 'page' | 'ticket',
): { incident: Incident; change: 'raised' | 'joined' | null } {
  const severity = capped(firing, slo)
  const joins = !incident.slos.includes(slo.name)
  const raises = SEVERITY_RANK[severity] > SEVERITY_RANK[incident.severity]
  if (!joins && !raises) return { incident, change: null }
  const entry: TimelineEntry = raises
    ? { at, what: 'raised', text: `${slo.name}: from ${incident.severity} to ${severity}` }
    : { at, what: 'joined', text: `${whatBreaks(slo)} as well` }
  return {
    incident: {
      ...incident,
      slos: joins ? [...incident.slos, slo.name] : incident.slos,
      severity: raises ? severity : incident.severity,
      timeline: [...incident.timeline, entry],
    },
    change: raises ? 'raised' : 'joined',
  }
}

/** The incident with one more event, and what that one leads to. */
export function withEvent(incident: Incident, event: string, affected: readonly Affected[]): Incident {
  const more = affected.filter(
    ({ kind, name }) => !incident.affected.some((known) => known.kind === kind && known.name === name),
  )
  return { ...incident, events: [...eventsOf(incident), event], affected: [...incident.affected, ...more] }
}

/** The incident as it resolves: calm for long enough, or `forgotten`. */
export function resolved(incident: Incident, endedAt: Instant, resolvedAt: Instant, forgotten: boolean): Incident {
  const text = forgotten ? 'no record for 7 days' : `${CALM_MINUTES} minutes without a true row`
  return {
    ...incident,
    endedAt,
    resolvedAt,
    resolution: forgotten ? 'no_data' : 'recovered',
    noData: forgotten,
    timeline: [
      ...incident.timeline,
      { at: endedAt, what: 'ended', text: 'last minute with a bad record' },
      { at: resolvedAt, what: 'resolved', text },
    ],
  }
}

/** A cause and its words, as `explain` found them, in the incident. */
export function explained(incident: Incident, cause: Cause | null, words: readonly string[]): Incident {
  return { ...incident, cause, explanation: words }
}

function whatBreaks({ name, kind }: SloPlan): string {
  return kind === 'volume' ? `${name}: its volume isn’t what was expected` : `${name} burns its budget too fast`
}

function capped(firing: 'page' | 'ticket', slo: SloPlan): Severity {
  return SEVERITY_RANK[firing] > SEVERITY_RANK[slo.severity] ? slo.severity : firing
}
