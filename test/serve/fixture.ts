import type { Incident } from '../../src/model/incident.ts'
import { SLI_KINDS } from '../../src/model/sli.ts'
import { DAY, floorTo, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import { BURN_WINDOWS, type Burn, type Verdict } from '../../src/model/verdict.ts'
import type { ContractVersion, DomainPlan, EventPlan, Plan, SloPlan } from '../../src/plan/plan.ts'
import type { ServeDeps } from '../../src/serve/deps.ts'
import { createServer } from '../../src/serve/server.ts'
import type { DaemonStatus } from '../../src/serve/status.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database, SqlValue } from '../../src/store/sql.ts'

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

export function eventPlan(name: string, domain: string): EventPlan {
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

export function sloPlan(name: string, event: EventPlan, kind: SloPlan['kind']): SloPlan {
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

const COUNTS = 'received, invalid, incomplete, identified, duplicates, timed, late, backfilled, last_arrival'

/** Rows as ingestion writes them: `received` records an hour for a day and by the minute for the last one. */
export async function addTraffic(
  db: Database,
  name: string,
  options: {
    kind?: 'planned' | 'unplanned' | 'undecodable'
    source?: string
    perHour?: number
    invalidEach?: number
    now?: Instant
  } = {},
): Promise<void> {
  const { kind = 'planned', source = 'web', perHour = 60, invalidEach = 0, now = NOW } = options
  await db.transaction(async (sql) => {
    await sql.run('insert into series (source, kind, event) values (?, ?, ?)', [source, kind, name])
    const [row] = await sql.all<{ id: number }>('select id from series where source = ? and kind = ? and event = ?', [
      source,
      kind,
      name,
    ])
    const id = row?.id ?? 0
    const facets = kind === 'planned' ? await facetIds(sql) : []
    const counts = (received: number, end: Instant): SqlValue[] => [
      received,
      invalidEach,
      0,
      received,
      1,
      received,
      2,
      0,
      end,
    ]
    const marks = (count: number) => Array.from({ length: count }, () => '?').join(', ')
    const add = (table: string, start: Instant, received: number, end: Instant) =>
      sql.run(`insert into ${table} (series, start, writer, seq, ${COUNTS}) values (${marks(13)})`, [
        id,
        start,
        1,
        1,
        ...counts(received, end),
      ])
    const hour = floorTo(now, HOUR)
    await add('window_day', floorTo(now, DAY), perHour * 24, now - 5_000)
    for (let back = 0; back < 24; back++) {
      const start = hour - back * HOUR
      const end = back === 0 ? now - 5_000 : start + HOUR - 1
      await add('window_hour', start, perHour, end)
      for (const facet of facets) {
        const share = Math.round(perHour / facets.length)
        await sql.run(`insert into facet_hour (series, start, facet, writer, ${COUNTS}) values (${marks(13)})`, [
          id,
          start,
          facet,
          1,
          ...counts(share, end),
        ])
      }
    }
    for (let start = floorTo(now, MINUTE) - 14 * MINUTE; start <= now; start += MINUTE) {
      await add('window_minute', start, Math.ceil(perHour / 60), Math.min(start + MINUTE - 1, now - 5_000))
    }
  })
}

const FACETS = [
  { platform: 'web', appVersion: null, library: 'analytics.js', partition: null },
  { platform: 'ios', appVersion: '4.3.0', library: 'analytics-ios', partition: null },
  { platform: 'android', appVersion: '4.2.0', library: 'analytics-android', partition: null },
] as const

async function facetIds(sql: Pick<Database, 'all' | 'run'>): Promise<number[]> {
  for (const facet of FACETS) {
    await sql.run(
      `insert into facet (platform, app_version, library, partition_key, document) values (?, ?, ?, '', ?) on conflict do nothing`,
      [facet.platform, facet.appVersion ?? '', facet.library, JSON.stringify(facet)],
    )
  }
  return (await sql.all<{ id: number }>('select id from facet order by id')).map(({ id }) => id)
}

export async function addSample(db: Database, kind: string, event: string, properties: object): Promise<void> {
  const profile = Object.entries(properties).map(([name, value]) => ({
    name,
    types: { [typeof value]: 12 },
    filled: 12,
    seen: 12,
  }))
  const payload = JSON.stringify({ type: 'track', event, properties })
  const document = {
    source: 'web',
    kind,
    event,
    arrivedAt: NOW - 5_000,
    payload,
    invalidPayload: null,
    properties: profile,
  }
  await db.run('insert into sample (source, kind, event, arrived_at, document) values (?, ?, ?, ?, ?)', [
    'web',
    kind,
    event,
    NOW - 5_000,
    JSON.stringify(document),
  ])
}

export async function addVerdicts(db: Database, verdicts: readonly Verdict[]): Promise<void> {
  await db.transaction(async (sql) => {
    for (const verdict of verdicts) {
      await sql.run('insert into slo_state (slo, evaluated_until, document) values (?, ?, ?)', [
        verdict.slo,
        verdict.at,
        JSON.stringify({ verdict, rows: [] }),
      ])
      await sql.run('insert into verdict (slo, at, document) values (?, ?, ?)', [
        verdict.slo,
        verdict.at,
        JSON.stringify(verdict),
      ])
    }
  })
}

export async function addIncident(db: Database, incident: Incident): Promise<void> {
  const { id, domain, event, openedAt, resolvedAt } = incident
  await db.run('insert into incident (id, domain, event, opened_at, resolved_at, document) values (?, ?, ?, ?, ?, ?)', [
    id,
    domain,
    event,
    openedAt,
    resolvedAt,
    JSON.stringify(incident),
  ])
}

export async function addQuarantine(db: Database, event: string, arrivedAt: Instant): Promise<void> {
  const violations = [{ path: '/revenue', keyword: 'type', message: 'string instead of number' }]
  const payload = JSON.stringify({ event, properties: { order_id: 'o1', revenue: '9.50', email: '‹email›' } })
  await db.run(
    'insert into quarantine (source, position, arrived_at, event, reason, violations, payload, bytes) values (?, ?, ?, ?, ?, ?, ?, ?)',
    ['web', 'request 12.0', arrivedAt, event, 'invalid', JSON.stringify(violations), payload, payload.length],
  )
}

export async function addDelivery(db: Database, incident: string, state: string, answer: string): Promise<void> {
  await db.run(
    `insert into outbox (at, incident, receiver, action, document, state, attempts, due_at, answer, sent_at) values (?, ?, 'data-slack', 'trigger', '{}', ?, 1, 0, ?, ?)`,
    [NOW - 35 * MINUTE, incident, state, answer, state === 'sent' ? NOW - 35 * MINUTE + 800 : null],
  )
}

export const HEALTHY: DaemonStatus = {
  version: '0.1.0',
  startedAt: NOW - DAY,
  notReady: [],
  sources: [{ id: 'web', type: 'http', state: 'running', detail: '', watermark: NOW - 2_000 }],
  receivers: [{ name: 'screen', type: 'console', disabled: null }],
  lastReload: null,
  judgedUntil: floorTo(NOW, MINUTE),
  rulesFolder: 'rules',
}

export interface Fixture {
  readonly db: Database
  readonly url: string
  readonly port: number
  readonly deps: ServeDeps
  /** Tells whoever subscribed that something changed. */
  readonly change: () => void
  readonly get: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
}

/** A server on a free port over a store in memory. */
export async function startServer(change: Partial<ServeDeps> & { currentPlan?: Plan } = {}): Promise<Fixture> {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const told = new Set<() => void>()
  const plan = change.currentPlan ?? EMPTY_PLAN
  const deps: ServeDeps = {
    db,
    plan: () => plan,
    status: () => HEALTHY,
    metrics: async () => '# nothing\n',
    collectors: [],
    http: { host: '127.0.0.1', port: 0, token: null, publicUrl: null },
    now: () => NOW,
    changes: {
      subscribe: (tell) => {
        told.add(tell)
        return () => told.delete(tell)
      },
    },
    ...change,
  }
  const server = createServer(deps)
  const { url, port } = await server.listen()
  return {
    db,
    url,
    port,
    deps,
    change: () => {
      for (const tell of told) tell()
    },
    get: (path, init) => fetch(url + path, init),
    close: async () => {
      await server.close()
      await db.close()
    },
  }
}
