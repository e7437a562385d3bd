import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/model/time.ts'
import { upsertIncidents } from '../../../src/store/incidents.ts'
import { type Fixture, startServer } from '../fixture.ts'
import { tablePlan } from '../../support/table-plan.ts'
import { incidentOf, makePlan, NOW } from '../plan.ts'

const events = makePlan({
  domains: ['checkout', 'growth', 'billing'],
  events: ['Order Completed', 'Signed Up', 'Invoice Paid', 'cart viewed', 'Ärger'],
  slosPerEvent: 2,
})
const TABLES = ['main.public.orders', 'main.public.carts', 'main.web."Page Views"']
const plan = {
  ...events,
  tables: new Map(
    TABLES.map((name, index) => [name, tablePlan({ name, slug: `table-${index}`, table: `table_${index}` })]),
  ),
}
let fixture: Fixture
beforeAll(async () => {
  fixture = await startServer({ currentPlan: plan })
  const incidents = Array.from({ length: 5 }, (_, index) => {
    const slo = plan.slos[index]
    if (slo === undefined) throw new Error('the plan has too few SLOs')
    // Two at the same minute: the id decides.
    return incidentOf(`inc_00000000000${index}`, slo, { openedAt: NOW - (index < 2 ? 1 : index) * MINUTE })
  })
  await fixture.db.transaction((sql) => upsertIncidents(sql, incidents))
})
afterAll(() => fixture.close())

const LISTS = [
  ['events', 'events', 'name'],
  ['tables', 'tables', 'name'],
  ['slos', 'slos', 'name'],
  ['domains', 'domains', 'name'],
  ['incidents', 'incidents', 'id'],
  ['lineage', 'nodes', 'id'],
] as const

async function read(path: string) {
  const response = await fixture.get(`/api/v1/${path}`)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Record<string, unknown>,
  }
}

/** Page by page until there is no more. */
async function walk(path: string, list: string, key: string, limit: number): Promise<string[]> {
  const seen: string[] = []
  for (let cursor: string | null = null; ; ) {
    const { status, body } = await read(`${path}?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
    expect(status).toBe(200)
    const items = body[list] as Record<string, string>[]
    expect(items.length).toBeLessThanOrEqual(limit)
    seen.push(...items.map((item) => item[key] ?? ''))
    cursor = body['next_cursor'] as string | null
    if (cursor === null) return seen
  }
}

describe.each(LISTS)('the list %s', (path, list, key) => {
  it('comes in pages that hold each entry once, in one order, whatever their size', async () => {
    const { body } = await read(path)
    expect(body).toMatchObject({ schema_version: 1, next_cursor: null })
    const all = (body[list] as Record<string, string>[]).map((item) => item[key])
    expect(all.length).toBeGreaterThan(2)
    for (const limit of [1, 2, 3, 1_000]) expect(await walk(path, list, key, limit)).toEqual(all)
  })

  it.each([
    'limit=0',
    'limit=1001',
    'limit=-1',
    'limit=two',
    'limit=1&limit=2',
    'cursor=nonsense',
    'cursor=W10',
    'cursor=W3t9XQ',
  ])('refuses %s with a problem document', async (query) => {
    const { status, type, body } = await read(`${path}?${query}`)
    expect(status).toBe(400)
    expect(type).toContain('application/problem+json')
    expect(body).toMatchObject({
      schema_version: 1,
      type: 'about:blank',
      title: 'Bad parameter',
      status: 400,
      parameter: query.split('=')[0],
    })
  })

  it('refuses the cursor of a list of another kind', async () => {
    const other = path === 'incidents' ? 'slos' : 'incidents'
    const { body } = await read(`${other}?limit=1`)
    expect((await read(`${path}?cursor=${body['next_cursor']}`)).status).toBe(400)
  })
})

it.each([
  'nothing',
  'events/Nothing',
  'tables/main.public.nothing',
  'incidents/inc_000000000099',
  'lineage/nothing',
  'events/%E0%A4%A',
])('answers %s, which is not there, with a problem document', async (path) => {
  const { status, type, body } = await read(path)
  expect([400, 404]).toContain(status)
  expect(type).toContain('application/problem+json')
  expect(body).toMatchObject({ schema_version: 1, type: 'about:blank', status })
  expect(typeof body['title']).toBe('string')
  expect(typeof body['detail']).toBe('string')
})
