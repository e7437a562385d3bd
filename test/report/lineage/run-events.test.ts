import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import type { Verdict } from '../../../src/model/verdict.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { streamsOf } from '../../../src/report/lineage/addresses.ts'
import type { Addresses } from '../../../src/report/lineage/dataset.ts'
import { createRunsDue, type DueRun } from '../../../src/report/lineage/due.ts'
import { lineageGraph } from '../../../src/report/lineage/graph.ts'
import { lineageMap } from '../../../src/report/lineage/map.ts'
import { runEvents } from '../../../src/report/lineage/run-events.ts'
import { makePlan, verdictOf } from '../../serve/plan.ts'
import { planned } from '../../support/project.ts'
import { specProblems } from './schemas/problems.ts'

const AT = Date.UTC(2026, 0, 15, 10)
const EVENT = 'rules/domains/checkout/events/order_completed.yaml'
const CONTRACT = `event: Order Completed
description: A customer paid for an order.
versions:
  - version: 1
    schema:
      type: object
      required: [order_id]
      properties:
        order_id: { type: string, description: Ours. }
        revenue: { type: [number, 'null'], minimum: 0 }
        currency: { enum: [EUR, USD] }
        customer: { type: object, properties: { email: { type: string, x-pii: email } } }
destinations: [{ table: main.analytics.order_completed }, { dashboard: Revenue }]
`
const SLOS = `slos:
  - name: orders-valid
    sli: { kind: validity, event: Order Completed }
    objective: 99.9
  - name: orders-complete
    sli: { kind: completeness, event: Order Completed, source: web }
    objective: 99
    severity: info
  - name: orders-fresh
    sli: { kind: freshness, event: Order Completed, max_age: 30m }
    objective: 99
`
const SECOND_EVENT = { 'rules/domains/checkout/events/cart.yaml': CONTRACT.replace('Order Completed', 'Cart Viewed') }

const addresses: Addresses = {
  streams: new Map([
    ['web', streamsOf({ id: 'web', type: 'http', duplicates_horizon: 1 }, around())],
    [
      'archive',
      streamsOf(
        { id: 'archive', type: 'file', paths: ['data/*.ndjson'], format: { type: 'segment' }, duplicates_horizon: 1 },
        around(),
      ),
    ],
  ]),
  warehouses: new Map([['main', { namespace: 'postgres://db:5432', database: 'wh' }]]),
}

function around() {
  return { environment: 'production', root: '/srv/assay', collector: 'https://assay.example.org/' }
}

function eventsFor(plan: Plan, change: Readonly<Record<string, Partial<Verdict>>> = {}, due: Partial<DueRun> = {}) {
  const verdicts = new Map(
    plan.slos
      .filter((slo) => slo.event === 'Order Completed')
      .map((slo) => [slo.name, verdictOf(slo, { at: AT, ...change[slo.name] })]),
  )
  const carriers = new Map([...plan.events.keys()].map((name) => [name, ['web']]))
  const run = {
    event: 'Order Completed',
    at: AT,
    reason: 'hour',
    changed: [],
    verdicts,
    tells: new Map(),
    ...due,
  } as const
  return runEvents(lineageMap(plan, addresses, carriers, 'urn:assay:1.4.0'), run, '1.4.0') as unknown as readonly Wire[]
}

interface Wire {
  readonly eventType: string
  readonly eventTime: string
  readonly run: { readonly runId: string; readonly facets: Record<string, { tests: unknown }> }
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Record<string, object> }
  readonly inputs: readonly {
    readonly namespace: string
    readonly name: string
    readonly facets: Record<string, { fields: unknown; tags: unknown }>
    readonly inputFacets?: { readonly dataQualityAssertions: { readonly assertions: readonly object[] } }
  }[]
  readonly outputs: readonly { readonly namespace: string; readonly name: string; readonly facets: object }[]
}

const TABLES = {
  'rules/assay.yaml': `version: 1
sources: [{ id: web, type: http }, { id: archive, type: file, paths: [a.ndjson], format: { type: segment } }]
warehouses: [{ id: main, type: postgres, url: { env: WAREHOUSE_URL } }]
`,
  'rules/domains/checkout/tables/orders.yaml': `table: main.analytics.order_completed
description: Orders as they were loaded.
owner: analytics
arrived_at: loaded_at
columns:
  order_id: { type: string, required: true }
  email: { type: string, x-pii: email }
`,
}
const TABLE_SLOS = `  - name: order-rows-complete
    sli: { kind: completeness, table: main.analytics.order_completed }
    objective: 99
`

const one = planned({ [EVENT]: CONTRACT, 'rules/domains/checkout/slos.yaml': SLOS })
const two = planned({ [EVENT]: CONTRACT, 'rules/domains/checkout/slos.yaml': SLOS, ...SECOND_EVENT })

describe('the events of a run', () => {
  it('hold to the specification, whatever was found', () => {
    for (const plan of [one, two]) {
      for (const outcome of ['met', 'violated', 'insufficient_data', 'not_evaluated'] as const) {
        for (const event of eventsFor(plan, {
          'orders-valid': { outcome, ratio: outcome === 'not_evaluated' ? null : 0.5 },
        })) {
          expect(specProblems(event)).toEqual([])
        }
      }
    }
  })

  it('would be found out if they did not', () => {
    const [, complete] = eventsFor(one)
    if (complete === undefined) throw new Error('no events')
    const wrong = structuredClone(complete) as unknown as {
      eventType: string
      run: { runId: string }
      inputs: { facets: { datasetType: object } }[]
    }
    wrong.eventType = 'DONE'
    wrong.run.runId = 'run-1'
    for (const input of wrong.inputs) input.facets.datasetType = { datasetType: 'TOPIC' }
    expect(specProblems(wrong)).toEqual([
      '/eventType must be equal to one of the allowed values',
      '/run/runId must match format "uuid"',
      "/inputs/0/facets/datasetType must have required property '_producer'",
      "/inputs/0/facets/datasetType must have required property '_schemaURL'",
      "dataset datasetType must have required property '_producer'",
      "dataset datasetType must have required property '_schemaURL'",
    ])
  })

  it('are one START and one COMPLETE of the same run, from stream to table', () => {
    const events = eventsFor(one)
    expect(events.map(({ eventType, eventTime }) => [eventType, eventTime])).toEqual([
      ['START', '2026-01-15T09:59:00.000Z'],
      ['COMPLETE', '2026-01-15T10:00:00.000Z'],
    ])
    expect(new Set(events.map(({ run }) => run.runId)).size).toBe(1)
    for (const { job, inputs, outputs } of events) {
      expect(job).toMatchObject({ namespace: 'assay://production', name: 'checkout.order-completed' })
      expect(inputs).toMatchObject([{ namespace: 'https://assay.example.org', name: 'web' }])
      expect(outputs).toMatchObject([
        { namespace: 'postgres://db:5432', name: 'wh.analytics.order_completed' },
        { namespace: 'assay://production', name: 'dashboard:Revenue' },
      ])
    }
  })

  it('assert what was judged, and nothing that was not', () => {
    const [, complete] = eventsFor(one, {
      'orders-valid': { outcome: 'violated', ratio: 0.9968, good: 12_440, total: 12_480, lower: 0.9956, upper: 0.9977 },
      'orders-fresh': { outcome: 'not_evaluated', reason: 'ingest_behind' },
    })
    expect(complete?.inputs[0]?.inputFacets?.dataQualityAssertions.assertions).toEqual([
      {
        assertion: 'completeness',
        success: true,
        column: 'order_id',
        severity: 'warn',
        name: 'orders-complete',
        description: '12440 of 12480 records good over 30d, between 0.9956 and 0.9977',
        expected: '>= 0.99',
        actual: '0.996795',
      },
      {
        assertion: 'validity',
        success: false,
        severity: 'error',
        name: 'orders-valid',
        description: '12440 of 12480 records good over 30d, between 0.9956 and 0.9977',
        expected: '>= 0.999',
        actual: '0.9968',
      },
    ])
    expect(complete?.run.facets['test']?.tests).toMatchObject([
      { name: 'orders-complete', status: 'pass' },
      { name: 'orders-fresh', status: 'skip', description: expect.stringContaining('not_evaluated (ingest_behind)') },
      { name: 'orders-valid', status: 'fail' },
    ])
  })

  it('name private properties and never a value of one', () => {
    const [, complete] = eventsFor(one)
    expect(complete?.inputs[0]?.facets['tags']?.tags).toEqual([
      { key: 'domain', value: 'checkout', source: 'ASSAY' },
      { key: 'tier', value: 'P0', source: 'ASSAY' },
      { key: 'pii', value: 'email', source: 'ASSAY', field: 'customer.email' },
    ])
    expect(complete?.inputs[0]?.facets['schema']?.fields).toEqual([
      { name: 'order_id', type: 'string', description: 'Ours.' },
      { name: 'revenue', type: 'number|null' },
      { name: 'currency', type: 'string' },
      { name: 'customer', type: 'object', fields: [{ name: 'email', type: 'string' }] },
    ])
  })

  it('of a stream with several events have a field for each, and columns below it', () => {
    const [, complete] = eventsFor(two)
    expect(complete?.inputs[0]?.facets['schema']?.fields).toMatchObject([
      { name: 'Cart Viewed', type: 'event', fields: [{ name: 'order_id' }, {}, {}, {}] },
      { name: 'Order Completed', type: 'event' },
    ])
    expect(complete?.inputs[0]?.inputFacets?.dataQualityAssertions.assertions[0]).toMatchObject({
      column: 'Order Completed.order_id',
    })
  })

  it('have an id that says when, and is the same whenever it is told', () => {
    const id = (due: Partial<DueRun>) => eventsFor(one, {}, due)[0]?.run.runId
    expect(id({})).toBe(id({}))
    expect(Number.parseInt((id({}) ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(AT)
    expect(id({})).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(
      new Set([id({}), id({ at: AT + HOUR }), id({ at: AT + MINUTE }), id({ changed: ['orders-valid'] })]).size,
    ).toBe(4)
  })

  it('are none of an event that the plan no longer has', () => {
    expect(eventsFor(one, {}, { event: 'Gone' })).toEqual([])
  })

  it('of a table with a contract assert upon the table, and say of it what the contract does', () => {
    const plan = planned({ ...TABLES, [EVENT]: CONTRACT, 'rules/domains/checkout/slos.yaml': `${SLOS}${TABLE_SLOS}` })
    const slo = plan.slos.find(({ name }) => name === 'order-rows-complete')
    if (slo === undefined) throw new Error('the plan has no SLO on the table')
    const verdicts = new Map([[slo.name, verdictOf(slo, { at: AT, outcome: 'violated', ratio: 0.9 })]])
    const events = eventsFor(plan, {}, { event: 'main.analytics.order_completed', verdicts })
    for (const event of events) expect(specProblems(event)).toEqual([])
    const [, complete] = events
    expect(complete?.job).toMatchObject({ name: 'checkout.analytics-order-completed' })
    expect(complete?.outputs).toEqual([])
    expect(complete?.inputs).toMatchObject([
      {
        namespace: 'postgres://db:5432',
        name: 'wh.analytics.order_completed',
        facets: {
          datasetType: { datasetType: 'TABLE' },
          ownership: { owners: [{ name: 'team:analytics', type: 'OWNER' }] },
          schema: {
            fields: [
              { name: 'order_id', type: 'string' },
              { name: 'email', type: 'string' },
            ],
          },
          tags: { tags: [{ key: 'domain' }, { key: 'tier' }, { key: 'pii', value: 'email', field: 'email' }] },
          documentation: { description: 'Orders as they were loaded.' },
        },
        inputFacets: {
          dataQualityAssertions: { assertions: [{ assertion: 'completeness', success: false, column: 'order_id' }] },
        },
      },
    ])
    const [, loading] = eventsFor(plan)
    expect(loading?.outputs[0]).toMatchObject({
      name: 'wh.analytics.order_completed',
      facets: { ownership: { owners: [{ name: 'team:analytics' }] } },
    })
    const graph = lineageGraph(plan, addresses, new Map())
    expect(graph.nodes.get('postgres://db:5432\nwh.analytics.order_completed')).toMatchObject({
      label: 'main.analytics.order_completed',
      domain: 'checkout',
      owner: 'analytics',
      tier: 'P0',
    })
  })

  it('stay small and quick to make, however many events share a stream', () => {
    const events = Array.from({ length: 500 }, (_, index) => `Event ${index}`)
    const many = makePlan({ domains: ['checkout', 'growth'], events, slosPerEvent: 4 })
    const map = lineageMap(many, addresses, new Map(events.map((event) => [event, ['web']])), 'urn:assay:1.4.0')
    const runs = createRunsDue(new Map()).take(many.slos.map((slo) => verdictOf(slo, { at: AT })))
    expect(runs).toHaveLength(500)
    for (const run of runs.slice(0, 20)) {
      for (const event of runEvents(map, run, '1.4.0')) {
        expect(specProblems(event)).toEqual([])
        expect(JSON.stringify(event).length).toBeLessThan(25_000)
      }
    }
  })
})
