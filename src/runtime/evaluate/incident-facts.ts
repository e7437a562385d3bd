import type { AlertFacts } from '../../alert/facts.ts'
import type { Incident } from '../../model/incident.ts'
import type { SliKind } from '../../model/sli.ts'
import type { Instant } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Line } from './lines.ts'

/** What the plan and the newest verdicts say of an incident. */
export interface IncidentFacts {
  /** `example`: a redacted bad record, if there is one. */
  readonly alert: (incident: Incident, at: Instant, example: string | null) => AlertFacts
  /** The kinds of its SLOs that are in the plan. */
  readonly kinds: (incident: Incident) => readonly SliKind[]
}

/** `newest`: by SLO, as it stands when it is asked. */
export function createIncidentFacts(
  plan: Plan,
  publicUrl: string | null,
  newest: ReadonlyMap<string, Line>,
): IncidentFacts {
  const bySlo = new Map(plan.slos.map((slo) => [slo.name, slo]))
  const slosOf = (incident: Incident) => incident.slos.flatMap((name) => bySlo.get(name) ?? [])

  function verdictsOf(incident: Incident): Map<string, Verdict> {
    const verdicts = new Map<string, Verdict>()
    for (const name of incident.slos) {
      const line = newest.get(name)
      if (line !== undefined) verdicts.set(name, line.verdict)
    }
    return verdicts
  }

  return {
    alert: (incident, at, example) => ({
      at,
      timezone: plan.timezone,
      publicUrl,
      involved: {
        incident,
        slos: slosOf(incident),
        event: incident.event === null ? null : subjectOf(plan, incident.event),
        domain: plan.domains.get(incident.domain) ?? null,
      },
      verdicts: verdictsOf(incident),
      example,
    }),
    kinds: (incident) => slosOf(incident).map(({ kind }) => kind),
  }
}

/** What alerts say of an event or a table beside its name. */
function subjectOf(plan: Plan, name: string): AlertFacts['involved']['event'] {
  const table = plan.tables.get(name)
  return plan.events.get(name) ?? (table === undefined ? null : { ...table, destinations: [] })
}
