import { round6 } from '../../model/ratio.ts'
import type { Owner } from '../../plan/plan.ts'
import { listIncidents } from '../../store/read/incidents.ts'
import type { ServeDeps } from '../deps.ts'
import { compareText } from '../../model/order.ts'
import { type Standing, standings } from '../standing.ts'
import { type Paging, pageByName } from './query.ts'

/** `GET /api/v1/domains`: who keeps which promises. `budget_remaining` is that of the SLO with the least left. */
export async function domainsAnswer({ db, plan }: Pick<ServeDeps, 'db' | 'plan'>, paging: Paging): Promise<object> {
  const { domains, events, slos } = plan()
  const sorted = [...domains.values()].sort((a, b) => compareText(a.name, b.name))
  const { items, next_cursor } = pageByName(sorted, (domain) => domain.name, paging)
  const [all, open] = await Promise.all([
    standings(db, plan(), slos),
    listIncidents(db, { state: 'open', limit: 10_000 }),
  ])
  const byDomain = Map.groupBy(all, ({ slo }) => slo.domain)
  const eventCount = countBy([...events.values()], (event) => event.domain)
  const openCount = countBy(open, (incident) => incident.domain)
  return {
    domains: items.map(({ name, owner, tier }) => ({
      name,
      owner: ownerDocument(owner),
      tier,
      events: eventCount.get(name) ?? 0,
      slos: byDomain.get(name)?.length ?? 0,
      open_incidents: openCount.get(name) ?? 0,
      budget_remaining: leastBudget(byDomain.get(name) ?? []),
    })),
    next_cursor,
  }
}

/** The least budget left of any SLO; null where none has been measured. */
function leastBudget(of: readonly Standing[]): number | null {
  const budgets = of.map(({ verdict }) => verdict.budgetRemaining).filter((budget) => budget !== null)
  return budgets.length === 0 ? null : round6(budgets.reduce((least, budget) => Math.min(least, budget)))
}

function ownerDocument({ team, slack, pagerduty, linear, backup }: Owner): object {
  return { team, slack, pagerduty, linear, backup }
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
