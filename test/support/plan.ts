import type { TablePlan } from '../../src/plan/table-plan.ts'
import type { DomainPlan, EventPlan, Plan, SloPlan } from '../../src/plan/plan.ts'

/** A plan for tests of the loops: one domain, the events its SLOs name, sources that exist. */
export function planOf(
  slos: readonly SloPlan[],
  sources: Plan['sources'] = [{ id: 'web', type: 'file', disabled: null }],
  tables: readonly TablePlan[] = [],
): Plan {
  const domain: DomainPlan = {
    name: 'checkout',
    owner: { team: 'payments', slack: null, pagerduty: null, linear: null, backup: null },
    tier: 'P0',
  }
  const events = new Map<string, EventPlan>()
  for (const { event, subject } of slos) {
    if (subject === 'table') continue
    events.set(event, {
      name: event,
      slug: event.toLowerCase().replaceAll(' ', '-'),
      domain: 'checkout',
      description: '',
      status: 'active',
      owner: 'payments',
      tier: 'P0',
      versions: [],
      important: [],
      destinations: [{ kind: 'table', name: 'main.analytics.order_completed', key: 'event_id' }],
      notes: [],
    })
  }
  return {
    hash: 'test',
    environment: 'production',
    timezone: 'UTC',
    domains: new Map([['checkout', domain]]),
    events,
    tables: new Map(tables.map((table) => [table.name, table])),
    warehouses: [...new Set(tables.map(({ warehouse }) => warehouse))],
    slos: [...slos].sort((a, b) => (a.name < b.name ? -1 : 1)),
    sources,
  }
}
