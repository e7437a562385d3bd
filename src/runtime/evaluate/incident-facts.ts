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
        event: subjectOf(plan, incident),
        domain: plan.domains.get(incident.domain) ?? null,
      },
      verdicts: verdictsOf(incident),
      example,
    }),
    kinds: (incident) => slosOf(incident).map(({ kind }) => kind),
  }
}

/** What alerts say of an event or a table beside its name; of events that moved together, where any of them goes. */
function subjectOf(plan: Plan, incident: Incident): AlertFacts['involved']['event'] {
  if (incident.event === null) return null
  const table = plan.tables.get(incident.event)
  const event = plan.events.get(incident.event) ?? (table === undefined ? null : { ...table, destinations: [] })
  if (event === null || incident.events === undefined) return event
  const all = incident.events.flatMap((name) => plan.events.get(name)?.destinations ?? [])
  const destinations = [...new Map(all.map((each) => [`${each.kind} ${each.name}`, each])).values()]
  return { ...event, destinations }
}
