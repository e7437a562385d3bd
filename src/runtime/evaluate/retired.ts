import type { Tracking } from '../../judge/incidents/tracking.ts'
import type { Incident } from '../../model/incident.ts'
import { type Instant, MINUTE } from '../../model/time.ts'

const TEXT = 'none of its SLOs is in the rules any more'

/**
 * An open incident whose SLOs have all been taken out of the plan, resolved: nothing would ever judge it again. `at`: how far
 * the data have been judged.
 */
export function retired(incident: Incident, tracking: Tracking, at: Instant): Incident {
  const followed = Object.values(tracking.slos)
  const resolvedAt = Math.max(at, incident.openedAt, ...followed.map(({ heldAt }) => heldAt))
  const badAt = Math.max(incident.startedAt, ...followed.map((slo) => slo.badAt))
  const endedAt = Math.min(badAt, resolvedAt - MINUTE)
  return {
    ...incident,
    endedAt,
    resolvedAt,
    resolution: 'manual',
    timeline: [
      ...incident.timeline,
      { at: endedAt, what: 'ended', text: 'last minute with a bad record' },
      { at: resolvedAt, what: 'resolved', text: TEXT },
    ],
  }
}
