import { type MatchConfig, type RoutesConfig, routesConfig } from '../../src/alert/config.ts'
import type { AlertFacts } from '../../src/alert/facts.ts'
import { messageOf } from '../../src/alert/message.ts'
import { dedupKey, type Notification } from '../../src/alert/notification.ts'
import type { Incident } from '../../src/model/incident.ts'
import { DAY, HOUR, MINUTE } from '../../src/model/time.ts'
import type { Verdict } from '../../src/model/verdict.ts'
import type { DomainPlan, EventPlan, SloPlan } from '../../src/plan/plan.ts'

/** A Monday at 13:30 in Berlin. */
export const NOON = Date.UTC(2026, 9, 5, 11, 30)

const INCIDENT: Incident = {
  id: 'inc_0123456789ab',
  environment: 'production',
  domain: 'checkout',
  event: 'Order Completed',
  slos: ['order-completed-validity'],
  severity: 'page',
  startedAt: NOON - 23 * MINUTE,
  openedAt: NOON,
  endedAt: null,
  resolvedAt: null,
  resolution: null,
  cause: null,
  affected: [],
  regressionOf: null,
  notifications: 0,
  explanation: [
    '94 % of the violations come from android 4.3.0, which is 11 % of the traffic',
    '`revenue`: string instead of number',
  ],
  noData: false,
  timeline: [],
}

export const SLO: SloPlan = {
  name: 'order-completed-validity',
  domain: 'checkout',
  event: 'Order Completed',
  kind: 'validity',
  source: null,
  objective: 0.999,
  window: 30 * DAY,
  severity: 'page',
  minTotal: 20,
  maxAge: null,
  maxDelay: null,
  active: null,
  rows: [
    { severity: 'page', threshold: 14.4, long: HOUR, short: 5 * MINUTE },
    { severity: 'page', threshold: 6, long: 6 * HOUR, short: 30 * MINUTE },
  ],
  runbook: 'runbooks/schema-violations.md',
  isDefault: false,
  description: '',
}

const EVENT: EventPlan = {
  name: 'Order Completed',
  slug: 'order-completed',
  domain: 'checkout',
  description: 'A customer paid for an order.',
  status: 'active',
  owner: 'payments',
  tier: 'P0',
  versions: [],
  important: [],
  destinations: [{ kind: 'table', name: 'main.analytics.order_completed', key: 'event_id' }],
  notes: [],
}

const DOMAIN: DomainPlan = {
  name: 'checkout',
  owner: { team: 'payments', slack: '#payments-data', pagerduty: 'payments', linear: 'PAY', backup: 'platform' },
  tier: 'P0',
}

/** Burning 124 times over the last hour, with 40 % of the budget left. */
export const VERDICT: Verdict = {
  at: NOON,
  slo: SLO.name,
  domain: 'checkout',
  event: 'Order Completed',
  source: null,
  kind: 'validity',
  outcome: 'violated',
  reason: null,
  good: 12_472,
  total: 12_480,
  ratio: 12_472 / 12_480,
  lower: 12_472 / 12_480,
  upper: 12_472 / 12_480,
  objective: 0.999,
  budgetRemaining: 0.4,
  burn: { '5m': 300, '30m': 200, '1h': 124, '2h': 60, '6h': 20, '1d': 5, '3d': 2 },
  firing: 'page',
}

export function factsOf(
  change: Partial<Incident> = {},
  more: Partial<Omit<AlertFacts, 'involved'>> & {
    slos?: readonly SloPlan[]
    event?: EventPlan | null
    domain?: DomainPlan | null
  } = {},
): AlertFacts {
  const { slos = [SLO], event = EVENT, domain = DOMAIN, ...rest } = more
  return {
    at: NOON,
    timezone: 'Europe/Berlin',
    publicUrl: 'https://assay.example.org',
    involved: { incident: { ...INCIDENT, ...change }, slos, event, domain },
    verdicts: new Map([[SLO.name, VERDICT]]),
    example: '{"revenue":"12.50","email":"‹email›"}',
    ...rest,
  }
}

export function notificationOf(change: Partial<Notification> = {}, facts: AlertFacts = factsOf()): Notification {
  return {
    at: NOON,
    receiver: 'it',
    incident: INCIDENT.id,
    action: 'trigger',
    reason: 'opened',
    dedupKey: dedupKey('production', INCIDENT.id),
    severity: 'page',
    message: messageOf(facts),
    ...change,
  }
}

export function routesOf(
  routes: readonly { match?: MatchConfig; to: string[] }[],
  more: Partial<RoutesConfig> = {},
): RoutesConfig {
  return { receivers: [], routes: [...routes], inhibitions: [], maintenance: [], ...more }
}

/** A pasted list of maintenance windows, read as the configuration reads it. */
export function maintenanceConfigOf(windows: unknown): RoutesConfig['maintenance'] {
  return routesConfig.parse({ maintenance: windows }).maintenance
}
