import type { Incident } from '../../model/incident.ts'
import type { Duration, Instant } from '../../model/time.ts'
import type { CostDocument, DomainDocument } from './document.ts'
import { compareText } from '../../model/order.ts'

/** SLOs that cost most, as a card lists them. */
const COSTLIEST = 3

/** The SLOs that overspent most, with their longest incident. What an open one is put down to may change later: it is left out. */
export function costliest(
  domains: readonly Omit<DomainDocument, 'change'>[],
  incidents: readonly Incident[],
  until: Instant,
): CostDocument[] {
  return domains
    .flatMap(({ domain, slos }) => slos.map((slo) => ({ ...slo, domain, spent: slo.budget_spent ?? 0 })))
    .filter(({ spent }) => spent > 1)
    .sort((a, b) => b.spent - a.spent || compareText(a.slo, b.slo))
    .slice(0, COSTLIEST)
    .map(({ slo, domain, spent }) => {
      const longest = incidents
        .filter(({ slos }) => slos.includes(slo))
        .sort((a, b) => lengthOf(b, until) - lengthOf(a, until) || compareText(a.id, b.id))[0]
      const cause = longest === undefined || isOpen(longest, until) ? null : longest.cause
      return {
        slo,
        domain,
        budget_spent: spent,
        incident: longest?.id ?? null,
        cause: cause === null ? null : `${cause.dimension} ${cause.value}`,
      }
    })
}

function lengthOf(incident: Incident, until: Instant): Duration {
  return (isOpen(incident, until) ? until : (incident.endedAt ?? until)) - incident.startedAt
}

function isOpen({ resolvedAt }: Incident, until: Instant): boolean {
  return resolvedAt === null || resolvedAt >= until
}
