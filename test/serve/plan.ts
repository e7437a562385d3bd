import type { Incident } from '../../src/model/incident.ts'
import { SLI_KINDS } from '../../src/model/sli.ts'
import { DAY, floorTo, type Instant, MINUTE } from '../../src/model/time.ts'
import { BURN_WINDOWS, type Burn, type Verdict } from '../../src/model/verdict.ts'
import type { ContractVersion, DomainPlan, EventPlan, Plan, SloPlan } from '../../src/plan/plan.ts'

/** 2026-10-05 14:03 UTC, 16:03 in Berlin. */
export const NOW: Instant = Date.UTC(2026, 9, 5, 14, 3, 20)

const version: ContractVersion = {
  version: 2,
  appliesFrom: '>=4.2.0',
  applies: () => true,
  watched: ['order_id', 'revenue'],
  goals: [],
  known: new Set(['order_id', 'revenue', 'currency', 'email']),
  covers: () => false,
  pii: new Map([['/email', 'email']]),
  schema: {
    type: 'object',
    required: ['order_id', 'revenue'],
    properties: {
      order_id: { type: 'string' },
      revenue: { type: 'number' },
      currency: { enum: ['EUR', 'USD'] },
      email: { type: 'string', 'x-pii': 'email' },
    },
  },
  violations: () => [],
}

function eventPlan(name: string, domain: string): EventPlan {
  return {
    name,
    slug: name.toLowerCase().replaceAll(' ', '-'),
    domain,
    description: `${name} of ${domain}.`,
    status: 'active',
    owner: 'payments',
    tier: 'P0',
    versions: [version],
    important: [],
    destinations: [{ kind: 'table', name: 'main.analytics.orders', key: 'event_id' }],
    notes: [],
  }
}

function sloPlan(name: string, event: EventPlan, kind: SloPlan['kind']): SloPlan {
  return {
    name,
    domain: event.domain,
    event: event.name,
    kind,
    source: null,
    objective: 0.99,
    window: 30 * DAY,
    severity: 'page',
    minTotal: 20,
    maxAge: null,
    maxDelay: null,
    active: null,
    rows: [],
    runbook: 'runbooks/schema-violations.md',
    isDefault: true,
    description: '',
  }
}

export interface PlanSize {
  readonly domains: readonly string[]
  /** Names of events, spread over the domains in turn. */
  readonly events: readonly string[]
  readonly slosPerEvent: number
}

export function makePlan({ domains, events, slosPerEvent }: PlanSize): Plan {
  const plans = events.map((name, index) => eventPlan(name, domains[index % domains.length] ?? ''))
  const domainPlan = (name: string): DomainPlan => ({
    name,
    owner: { team: `${name}-team`, slack: '#data', pagerduty: null, linear: null, backup: null },
    tier: 'P0',
  })
  return {
    hash: 'a'.repeat(64),
    environment: 'production',
    timezone: 'Europe/Berlin',
    domains: new Map(domains.map((name) => [name, domainPlan(name)])),
    tables: new Map(),
    warehouses: [],
    events: new Map(plans.map((event) => [event.name, event])),
    slos: plans
      .flatMap((event) => SLI_KINDS.slice(0, slosPerEvent).map((kind) => sloPlan(`${event.slug}-${kind}`, event, kind)))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    sources: [{ id: 'web', type: 'http', disabled: null }],
  }
}

export const EMPTY_PLAN = makePlan({
  domains: ['checkout', 'growth'],
  events: ['Order Completed', 'Signed Up'],
  slosPerEvent: 3,
})

export function verdictOf(slo: SloPlan, change: Partial<Verdict> = {}): Verdict {
  return {
    at: floorTo(NOW, MINUTE),
    slo: slo.name,
    domain: slo.domain,
    event: slo.event,
    source: slo.source,
    kind: slo.kind,
    outcome: 'met',
    reason: null,
    good: 12_440,
    total: 12_480,
    ratio: 12_440 / 12_480,
    lower: 0.9956,
    upper: 0.9977,
    objective: slo.objective,
    budgetRemaining: 0.68,
    burn: Object.fromEntries(BURN_WINDOWS.map((window) => [window, 0.3])) as Burn,
    firing: null,
    ...change,
  }
}

export function incidentOf(id: string, slo: SloPlan, change: Partial<Incident> = {}): Incident {
  return {
    id,
    environment: 'production',
    domain: slo.domain,
    event: slo.event,
    slos: [slo.name],
    severity: 'page',
    startedAt: NOW - 40 * MINUTE,
    openedAt: NOW - 35 * MINUTE,
    endedAt: null,
    resolvedAt: null,
    resolution: null,
    cause: {
      dimension: 'platform+app_version',
      value: 'android+4.3.0',
      shareOfBad: 0.94,
      shareOfAll: 0.11,
      lift: 8.545454545,
    },
    affected: [{ kind: 'table', name: 'main.analytics.orders' }],
    regressionOf: null,
    notifications: 1,
    explanation: [
      '94 % of the violations come from android 4.3.0, which is 11 % of the traffic',
      '`revenue`: string instead of number',
    ],
    noData: false,
    timeline: [
      { at: NOW - 40 * MINUTE, what: 'started', text: 'first bad minute' },
      { at: NOW - 35 * MINUTE, what: 'opened', text: 'burn rate 1h/5m over 14.4' },
    ],
    ...change,
  }
}
