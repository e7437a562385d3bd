import { afterEach, beforeEach, expect, it } from 'vitest'
import { upsertIncidents } from '../../../src/store/incidents.ts'
import { type Fixture, startServer } from '../fixture.ts'
import { EMPTY_PLAN, incidentOf } from '../plan.ts'

const ORDER = 'assay://production/checkout.order-completed'
const TABLE = 'postgres://db:5432/wh.analytics.orders'
let fixture: Fixture
beforeEach(async () => {
  fixture = await startServer()
  const [slo] = EMPTY_PLAN.slos
  if (slo === undefined) throw new Error('the plan has no SLO')
  await fixture.db.transaction((sql) => upsertIncidents(sql, [incidentOf('inc_000000000001', slo)]))
})
afterEach(() => fixture.close())

const read = async (path: string) => {
  const response = await fixture.get(`/api/v1/lineage${path}`)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Record<string, unknown>,
  }
}
const ids = (nodes: unknown) => (nodes as { id: string; distance?: number }[]).map(({ id, distance }) => [id, distance])

it('counts an incident of several events at each of them', async () => {
  const [slo] = EMPTY_PLAN.slos
  if (slo === undefined) throw new Error('the plan has no SLO')
  const grouped = { ...incidentOf('inc_000000000002', slo), events: ['Order Completed', 'Signed Up'] }
  await fixture.db.transaction((sql) => upsertIncidents(sql, [grouped]))
  const open = ((await read('')).body['nodes'] as { label: string; open_incidents: number }[]).filter(
    ({ label }) => label === 'Signed Up' || label === 'Order Completed',
  )
  expect(open.map(({ label, open_incidents }) => [label, open_incidents])).toEqual([
    ['Order Completed', 2],
    ['Signed Up', 1],
  ])
  const { body } = await read(`/${encodeURIComponent(TABLE)}`)
  const found = (body['open_incidents'] as { id: string }[]).map(({ id }) => id)
  expect(found.filter((id) => id === 'inc_000000000002')).toHaveLength(1)
})

it('lists nodes with their owners and open incidents, and the edges between them', async () => {
  const { status, body } = await read('')
  expect(status).toBe(200)
  expect(body).toMatchObject({ schema_version: 1, next_cursor: null })
  expect(body['nodes']).toEqual([
    node('event', 'assay://production', 'checkout.order-completed', 'Order Completed', 'checkout', 1),
    node('event', 'assay://production', 'growth.signed-up', 'Signed Up', 'growth', 0),
    node('collector', 'http://localhost:8686', 'web', 'web', null, 0),
    node('table', 'postgres://db:5432', 'wh.analytics.orders', 'main.analytics.orders', null, 0),
  ])
  expect(body['edges']).toContainEqual({
    from: { namespace: 'http://localhost:8686', name: 'web' },
    to: { namespace: 'assay://production', name: 'checkout.order-completed' },
  })
  expect(body['edges']).toHaveLength(4)
})

it('goes through the list page by page: every node once, every edge at both its ends', async () => {
  const nodes: unknown[] = []
  let edges = 0
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await read(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
    nodes.push(...(body['nodes'] as unknown[]))
    edges += (body['edges'] as unknown[]).length
    cursor = body['next_cursor'] as string | null
  }
  expect(nodes).toEqual((await read('')).body['nodes'])
  expect(edges).toBe(8)
})

it('filters by domain', async () => {
  const { body } = await read('?domain=growth')
  expect(ids(body['nodes'])).toEqual([['assay://production/growth.signed-up', undefined]])
  expect(body['edges']).toHaveLength(2)
})

it.each([
  ['by what people call it', '/Order%20Completed'],
  ['by its id', `/${encodeURIComponent(ORDER)}`],
  ['by its name in a namespace', '/checkout.order-completed?namespace=assay%3A%2F%2Fproduction'],
])('shows an event %s: upstream, downstream, owners, open incidents', async (_how, path) => {
  const { status, body } = await read(path)
  expect(status).toBe(200)
  expect(body).toMatchObject({
    schema_version: 1,
    id: ORDER,
    kind: 'event',
    owner: 'payments',
    owners: [{ team: 'payments', domain: 'checkout', slack: '#data', pagerduty: null, backup: null }],
    open_incidents: [{ id: 'inc_000000000001', severity: 'page' }],
  })
  expect(ids(body['upstream'])).toEqual([['http://localhost:8686/web', 1]])
  expect(ids(body['downstream'])).toEqual([[TABLE, 1]])
})

it('shows a table with all that comes into it, however far, and whose that is', async () => {
  for (const path of [`/${encodeURIComponent(TABLE)}`, '/main.analytics.orders', '/wh.analytics.orders']) {
    const { body } = await read(path)
    expect(ids(body['upstream'])).toEqual([
      [ORDER, 1],
      ['assay://production/growth.signed-up', 1],
      ['http://localhost:8686/web', 2],
    ])
    expect(body).toMatchObject({ downstream: [], owners: [{ domain: 'checkout' }, { domain: 'growth' }] })
    expect(body['open_incidents']).toMatchObject([{ id: 'inc_000000000001' }])
  }
})

it('answers what cannot be had with a problem document', async () => {
  for (const [path, status] of [
    ['/nothing', 404],
    ['/Order%20Completed?namespace=elsewhere', 404],
    ['?limit=0', 400],
    ['?cursor=nonsense', 400],
    ['/%E0%A4%A', 400],
  ] as const) {
    const answer = await read(path)
    expect(answer).toMatchObject({ status, body: { status, title: expect.any(String), detail: expect.any(String) } })
    expect(answer.type).toContain('application/problem+json')
  }
})

function node(kind: string, namespace: string, name: string, label: string, domain: string | null, open: number) {
  const [owner, tier] = domain === null ? [null, null] : ['payments', 'P0']
  return { id: `${namespace}/${name}`, kind, namespace, name, label, domain, owner, tier, open_incidents: open }
}
