import type { Incident } from '../model/incident.ts'
import { isShownByRecords } from '../model/sli.ts'
import { type Instant, MINUTE } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import { type Evidence, evidenceOf } from '../store/read/evidence.ts'
import type { Span } from '../store/read/spans.ts'
import type { Sql } from '../store/sql.ts'

/** The first records of an incident that were kept as bad; none where what is bad isn't in single records, such as a silence. */
export async function badRecordsOf(sql: Sql, plan: Plan, incident: Incident, now: Instant): Promise<Evidence[]> {
  const kinds = plan.slos.flatMap(({ name, kind }) => (incident.slos.includes(name) ? [kind] : []))
  // What its SLOs were, nobody knows any more where they are gone.
  if (incident.event === null || (kinds.length > 0 && !kinds.some(isShownByRecords))) return []
  return evidenceOf(sql, incident.event, badSpan(incident, now))
}

/** From the first bad minute to the end of the last; open ones until now. */
function badSpan({ startedAt, endedAt }: Incident, now: Instant): Span {
  return { from: startedAt, to: (endedAt ?? now) + MINUTE }
}
