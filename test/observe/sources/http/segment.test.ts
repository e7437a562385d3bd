import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Collector, eventsOf, post, startCollector } from './collector.ts'

const track = (event: unknown, more: object = {}) => ({
  type: 'track',
  event,
  userId: 'u1',
  messageId: `m-${event}`,
  ...more,
})
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` })

describe("Segment's API", () => {
  let collector: Collector
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(() => collector.close())

  it.each([
    ['track', 't', 'Signed Up'],
    ['identify', 'i', 'identify'],
    ['page', 'p', 'page'],
    ['screen', 's', 'screen'],
    ['group', 'g', 'group'],
    ['alias', 'a', 'alias'],
  ])('takes /v1/%s and /v1/%s', async (long, short, event) => {
    for (const path of [long, short]) {
      const answer = await post(`${collector.url}/v1/${path}`, path.startsWith('t') ? { event } : { userId: 'u1' })
      expect([answer.status, await answer.json()]).toEqual([200, { success: true }])
    }
    expect(eventsOf(collector.store)).toEqual([event, event])
  })

  it.each(['batch', 'b', 'import'])('takes batches at /v1/%s', async (path) => {
    const answer = await post(`${collector.url}/v1/${path}`, { batch: [track('A'), { type: 'page' }, track('B')] })
    expect(answer.status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['A', 'page', 'B'])
  })

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'garbage'])(
    'reads JSON whatever the content type says: %s',
    async (type) => {
      expect((await post(`${collector.url}/v1/track`, track('A'), { 'content-type': type })).status).toBe(200)
      expect(eventsOf(collector.store)).toEqual(['A'])
    },
  )

  it('takes gzipped bodies', async () => {
    const body = gzipSync(JSON.stringify({ batch: [track('A'), track('B')] }))
    expect((await post(`${collector.url}/v1/batch`, body, { 'content-encoding': 'gzip' })).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['A', 'B'])
  })

  it('stores the good elements of a batch and keeps the bad ones for the quarantine', async () => {
    const answer = await post(`${collector.url}/v1/batch`, {
      batch: [track('A'), 5, null, {}, [track('C')], track('B')],
    })
    expect([answer.status, await answer.json()]).toEqual([200, { success: true }])
    expect(eventsOf(collector.store)).toEqual([
      'A',
      '(not_an_object)',
      '(not_an_object)',
      '(no_event_name)',
      '(not_an_object)',
      'B',
    ])
  })

  it('lets an element that is no JSON, too deep or not UTF-8 spoil only itself', async () => {
    const deep = `{"event":"Deep","properties":${'['.repeat(10_000)}${']'.repeat(10_000)}}`
    const body = Buffer.concat([
      Buffer.from(
        `{"sentAt":"2026-01-01T00:00:00Z","batch":[{"type":"track","event":"A"},{"event":NaN},${deep},{"event":"`,
      ),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"},{"type":"track","event":"B"}]}'),
    ])
    expect((await post(`${collector.url}/v1/batch`, body)).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['A', '(malformed_json)', '(too_deep)', '(invalid_utf8)', 'B'])
  })

  it('keeps a single message that is too deep instead of having the SDK drop it unseen', async () => {
    const deep = `{"event":"Deep","properties":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`
    expect((await post(`${collector.url}/v1/track`, deep)).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['(too_deep)'])
  })

  it.each([
    ['/v1/batch', ''],
    ['/v1/batch', 'hello'],
    ['/v1/batch', '{"batch":[{"a":1}'],
    ['/v1/batch', '[]'],
    ['/v1/batch', '{"batch":{}}'],
    ['/v1/batch', 'null'],
    ['/v1/track', '[{"event":"A"}]'],
    ['/v1/track', '"A"'],
    ['/v1/track', '{'],
  ])('answers 400 to %s with %j, saying what is expected', async (path, body) => {
    const answer = await post(collector.url + path, body)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({
      status: 400,
      title: 'Unreadable body',
      detail: expect.stringMatching(/^Expected/),
    })
    expect(collector.store.records).toEqual([])
  })

  it('answers 200 to a batch without elements', async () => {
    expect((await post(`${collector.url}/v1/batch`, { batch: [] })).status).toBe(200)
  })

  it('completes elements from their batch: context key by key, integrations, sentAt', async () => {
    const before = Date.now()
    await post(`${collector.url}/v1/batch`, {
      context: { app: { version: '4.2.0' }, platform: 'ios' },
      integrations: { All: false },
      sentAt: '2020-01-01T00:01:00.000Z',
      batch: [
        track('A', { timestamp: '2020-01-01T00:00:50.000Z' }),
        track('B', {
          context: { platform: 'android' },
          integrations: {},
          timestamp: '2020-01-01T00:00:50Z',
          sentAt: '2020-01-01T00:00:51Z',
        }),
      ],
    })
    const [first, second] = collector.store.records
    if (!first?.decoded.ok || !second?.decoded.ok) throw new Error('undecodable')
    const arrivedAt = first.arrivedAt ?? 0
    expect(arrivedAt).toBeGreaterThanOrEqual(before)
    expect(second.arrivedAt).toBe(arrivedAt)
    // The client's clock is years behind; it cancels out.
    expect(first.decoded.eventTime).toBe(arrivedAt - 10_000)
    expect(second.decoded.eventTime).toBe(arrivedAt - 1_000)
    expect(first.decoded.dimensions).toMatchObject({ appVersion: '4.2.0', platform: 'ios' })
    expect(second.decoded.dimensions).toMatchObject({ appVersion: '4.2.0', platform: 'android' })
    expect(first.decoded.envelope).toMatchObject({ integrations: { All: false } })
    expect(second.decoded.envelope).toMatchObject({ integrations: {} })
  })

  it('lets the path say what a call is', async () => {
    await post(`${collector.url}/v1/identify`, { type: 'track', traits: { plan: 'pro' } })
    const [record] = collector.store.records
    expect(record?.decoded).toMatchObject({ ok: true, event: 'identify', body: { plan: 'pro' } })
  })

  it('names each record by its request and index', async () => {
    await post(`${collector.url}/v1/batch`, { batch: [track('A'), track('B')] })
    await post(`${collector.url}/v1/track`, track('C'))
    expect(collector.store.records.map(({ partition, position }) => [partition, position])).toEqual([
      ['1', '1/0'],
      ['1', '1/1'],
      ['1', '2/0'],
    ])
  })

  it('serves nothing else', async () => {
    for (const [method, path] of [
      ['GET', '/v1/track'],
      ['POST', '/v1/m'],
      ['PUT', '/v1/batch'],
      ['GET', '/events'],
    ] as const) {
      expect((await fetch(collector.url + path, { method })).status).toBe(404)
    }
  })
})

describe('write keys', () => {
  let collector: Collector
  beforeEach(async () => {
    collector = await startCollector({ writeKeys: ['web-key', 'app-key'] })
  })
  afterEach(() => collector.close())

  it('are taken by basic auth, as bearer token and in the body', async () => {
    const { url } = collector
    expect((await post(`${url}/v1/track`, track('A'), basic('web-key'))).status).toBe(200)
    expect((await post(`${url}/v1/track`, track('B', { writeKey: 'app-key' }))).status).toBe(200)
    expect((await post(`${url}/v1/b`, { batch: [track('C')], writeKey: 'app-key' })).status).toBe(200)
    expect((await post(`${url}/events`, { event: 'D' }, { authorization: 'Bearer web-key' })).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['A', 'B', 'C', 'D'])
  })

  it('that are wrong or missing are answered with 401, and nothing is stored', async () => {
    const { url } = collector
    const answers = [
      await post(`${url}/v1/track`, track('A')),
      await post(`${url}/v1/track`, track('A'), basic('other')),
      await post(`${url}/v1/track`, track('A', { writeKey: 'web-key' }), basic('other')),
      await post(`${url}/v1/batch`, { batch: [track('A', { writeKey: 'web-key' })] }),
      await post(`${url}/v1/batch`, { batch: [track('A')], writeKey: 7 }),
      await post(`${url}/v1/batch`, 'no json'),
      await post(`${url}/events`, { event: 'A', writeKey: 'web-key' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
    expect(answers[0]?.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(collector.store.records).toEqual([])
  })

  it('are not part of what is stored', async () => {
    const { url } = collector
    await post(`${url}/v1/t`, track('A', { writeKey: 'web-key' }))
    await post(`${url}/v1/b`, { batch: [track('B', { writeKey: 'web-key' })], writeKey: 'web-key' })
    expect(collector.store.records).toHaveLength(2)
    expect(JSON.stringify(collector.store.records)).not.toContain('web-key')
  })

  it('decide who is given the settings of the browser library', async () => {
    expect((await fetch(`${collector.url}/v1/projects/other/settings`)).status).toBe(404)
    expect((await fetch(`${collector.url}/v1/projects/web-key/settings`)).status).toBe(200)
  })
})

describe('browsers', () => {
  let collector: Collector
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(() => collector.close())

  it.each(['/v1/t', '/v1/batch', '/events', '/v1/projects/key/settings'])(
    'may send to %s from any origin',
    async (path) => {
      const answer = await fetch(collector.url + path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://shop.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-retry-count',
        },
      })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type,x-retry-count')
    },
  )

  it('may read every answer, and its Retry-After', async () => {
    const { url } = collector
    const answers = [
      await post(`${url}/v1/t`, track('A')),
      await post(`${url}/v1/t`, 'no json'),
      await fetch(`${url}/v1/projects/k/settings`),
    ]
    for (const answer of answers) {
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after')
    }
  })

  it('are told to send to where they asked', async () => {
    const answer = await fetch(`${collector.url}/v1/projects/some%20key/settings`)
    expect(await answer.json()).toMatchObject({
      integrations: {
        'Segment.io': { apiKey: 'some key', apiHost: `127.0.0.1:${collector.port}/v1`, protocol: 'http' },
      },
      metrics: { sampleRate: 0 },
    })
  })

  it('that come through a proxy with TLS are told to use it', async () => {
    const answer = await fetch(`${collector.url}/v1/projects/k/settings`, { headers: { 'x-forwarded-proto': 'https' } })
    expect(await answer.json()).toMatchObject({ integrations: { 'Segment.io': { protocol: 'https' } } })
  })
})
