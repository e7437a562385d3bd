import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { type Fixture, startServer } from '../fixture.ts'
import { incidentOf, makePlan, NOW, verdictOf } from '../plan.ts'
import { addDelivery, addIncident, addQuarantine, addSample, addTraffic, addVerdicts } from '../rows.ts'

const plan = makePlan({
  domains: ['checkout', 'growth'],
  events: ['Order Completed', 'Signed Up', 'Never/Sent'],
  slosPerEvent: 2,
})
const bad = plan.slos.find(({ name }) => name === 'order-completed-validity')
if (bad === undefined) throw new Error('the plan has that SLO')

let server: Fixture
beforeAll(async () => {
  server = await startServer({ currentPlan: plan })
  const { db } = server
  await addTraffic(db, 'Order Completed', { perHour: 600, invalidEach: 3 })
  await addTraffic(db, 'Signed Up')
  await addTraffic(db, 'Order Shipped', { kind: 'unplanned', perHour: 60 })
  await addTraffic(db, 'malformed_json', { kind: 'undecodable', perHour: 60 })
  await addSample(db, 'planned', 'Order Completed', { order_id: 'o1', revenue: 9.5 })
  await addSample(db, 'unplanned', 'Order Shipped', { order_id: 'o1' })
  await addVerdicts(
    db,
    plan.slos
      .filter(({ event }) => event !== 'Never/Sent')
      .map((slo) => verdictOf(slo, slo === bad ? { outcome: 'violated', budgetRemaining: -1 / 3 } : {})),
  )
  await addIncident(db, incidentOf('inc_open00000001', bad))
  for (let index = 0; index < 5; index++) {
    const openedAt = NOW - (index + 2) * HOUR
    await addIncident(
      db,
      incidentOf(`inc_done0000000${index}`, bad, {
        openedAt,
        resolvedAt: openedAt + HOUR,
        endedAt: openedAt,
        resolution: 'recovered',
      }),
    )
  }
  await addQuarantine(db, 'Order Completed', NOW - 39 * MINUTE)
  await addQuarantine(db, 'Order Completed', NOW - 3 * HOUR)
  await addDelivery(db, 'inc_open00000001', 'sent', '200 ok')
})
afterAll(() => server.close())

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
async function get(path: string): Promise<any> {
  const answer = await server.get(`/api/v1${path}`)
  expect(answer.status, path).toBe(200)
  const body = await answer.json()
  expect(body).toMatchObject({ schema_version: 1 })
  return body
}

describe('events', () => {
  test('the last 24 hours by default, hours and minutes joined without counting any twice', async () => {
    const body = await get('/events')
    expect(body.since).toBe('2026-10-04T14:03:00.000Z')
    expect(body.until).toBe('2026-10-05T14:04:00.000Z')
    const event = body.events.find(({ name }: { name: string }) => name === 'Order Completed')
    // 23 whole hours of 600, and of the running hour the minutes 13:49 to 14:03 that are 14:00 to 14:03: 4 of 10.
    expect(event).toMatchObject({
      domain: 'checkout',
      status: 'active',
      received: 23 * 600 + 40,
      invalid: 23 * 3 + 4 * 3,
      unfilled: 0,
    })
    expect(event.duplicates).toBe(27)
    expect(event.late).toBe(54)
    expect(event.last_arrival).toBe('2026-10-05T14:03:15.000Z')
    expect(event.versions).toHaveLength(3)
    expect(event.versions[0]).toEqual({
      app_version: null,
      platform: 'web',
      received: 23 * 200,
      invalid: 23 * 3,
    })
  })

  test('an event that never arrived is there with zeros', async () => {
    const body = await get('/events')
    expect(body.events.find(({ name }: { name: string }) => name === 'Never/Sent')).toEqual({
      name: 'Never/Sent',
      domain: 'checkout',
      status: 'active',
      received: 0,
      invalid: 0,
      duplicates: 0,
      late: 0,
      unfilled: 0,
      last_arrival: null,
      versions: [],
    })
  })

  test('names without a contract and records that are no events stand apart', async () => {
    const body = await get('/events')
    expect(body.unplanned).toEqual([
      {
        name: 'Order Shipped',
        received: 23 * 60 + 4,
        first_seen: '2026-10-04T15:00:00.000Z',
        last_seen: '2026-10-05T14:03:15.000Z',
      },
    ])
    expect(body.undecodable).toBe(23 * 60 + 4)
    expect(body.undecodable_reasons).toEqual({ malformed_json: 23 * 60 + 4 })
  })

  test('a span of one hour; of minutes within it', async () => {
    const hour = await get('/events?since=2026-10-05T10:00:00Z&until=2026-10-05T11:00:00Z')
    expect(hour.events[1].received).toBe(600)
    const minutes = await get('/events?since=2026-10-05T14:01:00Z&until=2026-10-05T14:03:00Z')
    expect(minutes.events[1].received).toBe(20)
    const offset = await get(
      `/events?since=${encodeURIComponent('2026-10-05T12:00:00+02:00')}&until=2026-10-05T11:00:00Z`,
    )
    expect(offset.since).toBe('2026-10-05T10:00:00.000Z')
  })

  test('where minutes are gone, the span begins and ends with a whole hour and says so', async () => {
    const body = await get('/events?since=2026-10-02T10:30:00Z&until=2026-10-05T11:00:00Z')
    expect(body.since).toBe('2026-10-02T10:00:00.000Z')
    const { since, until } = await get('/events?since=2026-10-02T10:30:00Z&until=2026-10-02T11:30:00Z')
    expect([since, until]).toEqual(['2026-10-02T10:00:00.000Z', '2026-10-02T12:00:00.000Z'])
  })

  test('one event: counts, contract, properties, payload, SLOs, open incidents', async () => {
    const body = await get('/events/Order%20Completed')
    expect(body).toMatchObject({ name: 'Order Completed', owner: 'payments', received: 23 * 600 + 40, notes: [] })
    expect(body.contract_versions).toEqual([expect.objectContaining({ version: 2, applies_from: '>=4.2.0' })])
    expect(body.properties).toEqual([
      { name: 'order_id', types: { string: 12 }, filled: 12, seen: 12, fill: 1 },
      { name: 'revenue', types: { number: 12 }, filled: 12, seen: 12, fill: 1 },
    ])
    expect(body.last_payload).toEqual({
      type: 'track',
      event: 'Order Completed',
      properties: { order_id: 'o1', revenue: 9.5 },
    })
    expect(body.open_incidents.map(({ id }: { id: string }) => id)).toEqual(['inc_open00000001'])
    expect(body.slos.map(({ name }: { name: string }) => name)).toEqual([
      'order-completed-completeness',
      'order-completed-validity',
    ])
    expect(body.destinations).toEqual([{ kind: 'table', name: 'main.analytics.orders', key: 'event_id' }])
  })

  test('one without a contract: the stub of one', async () => {
    const body = await get('/events/Order%20Shipped')
    expect(body).toMatchObject({ status: 'unplanned', domain: null, received: 23 * 60 + 4 })
    expect(body.contract_stub).toContain('Order Shipped')
  })

  test('a name with a slash; a name that nobody knows', async () => {
    expect((await get('/events/Never%2FSent')).name).toBe('Never/Sent')
    expect((await server.get('/api/v1/events/Nobody')).status).toBe(404)
  })
})

test('SLOs: the newest verdict under pinned names; one never judged says so', async () => {
  const { slos, next_cursor } = await get('/slos')
  expect(next_cursor).toBeNull()
  expect(slos.map(({ name }: { name: string }) => name)).toEqual(plan.slos.map(({ name }) => name))
  expect(slos.find(({ name }: { name: string }) => name === bad.name)).toMatchObject({
    domain: 'checkout',
    event: 'Order Completed',
    kind: 'validity',
    source: null,
    outcome: 'violated',
    good: 12_440,
    total: 12_480,
    ratio: 0.996795,
    lower: 0.9956,
    upper: 0.9977,
    objective: 0.99,
    budget_remaining: -0.333333,
    burn: { '1h': 0.3 },
  })
  expect(slos[0]).toMatchObject({
    name: 'never/sent-completeness',
    outcome: 'not_evaluated',
    reason: 'never_seen',
    ratio: null,
    budget_remaining: null,
    at: null,
  })
  expect((await get('/slos?domain=growth')).slos).toHaveLength(2)
})

test('domains: the least budget of any SLO, open incidents counted', async () => {
  const { domains } = await get('/domains')
  expect(domains).toEqual([
    {
      name: 'checkout',
      owner: expect.objectContaining({ team: 'checkout-team' }),
      tier: 'P0',
      events: 2,
      slos: 4,
      open_incidents: 1,
      budget_remaining: -0.333333,
    },
    {
      name: 'growth',
      owner: expect.objectContaining({ team: 'growth-team' }),
      tier: 'P0',
      events: 1,
      slos: 2,
      open_incidents: 0,
      budget_remaining: 0.68,
    },
  ])
})

describe('incidents', () => {
  const ids = (body: { incidents: { id: string }[] }) => body.incidents.map(({ id }) => id)

  test('open by default, newest first', async () => {
    expect(ids(await get('/incidents'))).toEqual(['inc_open00000001'])
    expect(ids(await get('/incidents?state=open'))).toEqual(['inc_open00000001'])
    expect(ids(await get('/incidents?state=resolved'))).toHaveLength(5)
    expect(ids(await get('/incidents?state=all'))).toEqual([
      'inc_open00000001',
      ...[0, 1, 2, 3, 4].map((index) => `inc_done0000000${index}`),
    ])
    expect(ids(await get('/incidents?state=all&domain=growth'))).toEqual([])
  })

  test('one: time line, evidence of its own span, deliveries', async () => {
    const body = await get('/incidents/inc_open00000001')
    expect(body).toMatchObject({
      id: 'inc_open00000001',
      cause: { dimension: 'platform+app_version', lift: 8.545455 },
      no_data: false,
    })
    expect(body.timeline.map(({ what }: { what: string }) => what)).toEqual(['started', 'opened'])
    expect(body.evidence).toHaveLength(1)
    expect(body.evidence[0]).toMatchObject({
      position: 'request 12.0',
      violations: [{ path: '/revenue', keyword: 'type' }],
      payload: { properties: { revenue: '9.50' } },
    })
    expect(body.deliveries).toMatchObject([
      { receiver: 'data-slack', action: 'trigger', state: 'sent', answer: '200 ok' },
    ])
  })
})

test.each(['/domains', '/events', '/slos', '/incidents?state=all'])(
  '%s in pages of 2 gives every entry once',
  async (path) => {
    const [key] = Object.keys(await get(path)).filter((name) =>
      ['domains', 'events', 'slos', 'incidents'].includes(name),
    )
    const whole = (await get(path))[key ?? '']
    const collected: unknown[] = []
    let cursor: string | null = null
    do {
      const joint = path.includes('?') ? '&' : '?'
      const body: Record<string, unknown> = await get(
        `${path}${joint}limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      )
      const items = body[key ?? ''] as unknown[]
      expect(items.length).toBeLessThanOrEqual(2)
      collected.push(...items)
      cursor = body['next_cursor'] as string | null
    } while (cursor !== null)
    expect(collected).toEqual(whole)
  },
)

test.each([
  '/events?limit=0',
  '/events?limit=1001',
  '/events?limit=ten',
  '/slos?limit=-1',
  '/slos?cursor=%%%',
  '/slos?cursor=bm90IGpzb24',
  '/incidents?state=closed',
  '/incidents?state=open&state=all',
  '/events?since=yesterday',
  '/events?since=1970-01-01',
  '/events?since=2026-10-05T10:00:00Z&until=2026-10-05T10:00:00Z',
  '/events?until=9999-99-99',
])('%s is a 400 problem that names the parameter', async (path) => {
  const answer = await server.get(`/api/v1${path.replaceAll('%%%', '%25%25')}`)
  expect(answer.status).toBe(400)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(await answer.json()).toMatchObject({
    type: 'about:blank',
    title: 'Bad parameter',
    status: 400,
    parameter: expect.any(String),
  })
})
