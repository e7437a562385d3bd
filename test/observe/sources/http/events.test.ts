import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Collector, eventsOf, post, startCollector } from './collector.ts'

const cloudEvent = (id: string, more: object = {}) => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type: 'com.acme.order.placed',
  time: '2026-01-15T10:00:00Z',
  datacontenttype: 'application/json',
  data: { total: 12.5 },
  ...more,
})
const placed = 'com.acme.order.placed'

describe('POST /events', () => {
  let collector: Collector
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(() => collector.close())

  const send = async (body: unknown, type = 'application/json', more: Record<string, string> = {}) => {
    const answer = await post(`${collector.url}/events`, body, { 'content-type': type, ...more })
    return { status: answer.status, body: await answer.json() }
  }
  const decoded = () => collector.store.records.map((record) => record.decoded)

  it('takes a CloudEvent in structured mode', async () => {
    expect(await send(cloudEvent('1'), 'application/cloudevents+json; charset=UTF-8')).toEqual({
      status: 200,
      body: { success: true },
    })
    expect(decoded()).toMatchObject([
      { ok: true, event: placed, id: '/shop\n1', body: { total: 12.5 }, eventTime: Date.UTC(2026, 0, 15, 10) },
    ])
  })

  it('takes a batch of CloudEvents', async () => {
    expect((await send([cloudEvent('1'), 3, cloudEvent('2')], 'application/cloudevents-batch+json')).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual([placed, '(not_an_object)', placed])
  })

  it('takes a CloudEvent in binary mode', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/caf%C3%A9',
      'ce-type': placed,
      'ce-time': '2026-01-15T10:00:00Z',
      'ce-appversion': '4.2.0',
    }
    expect((await send({ total: 12.5 }, 'application/json; charset=utf-8', headers)).status).toBe(200)
    expect(decoded()).toMatchObject([
      {
        ok: true,
        event: placed,
        id: '/café\n1',
        body: { total: 12.5 },
        eventTime: Date.UTC(2026, 0, 15, 10),
        dimensions: { appVersion: '4.2.0' },
      },
    ])
  })

  it('keeps a binary CloudEvent whose data is no JSON for the quarantine', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/shop', 'ce-type': placed }
    expect((await send('hello', 'text/plain', headers)).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['(unsupported)'])
  })

  it('knows a CloudEvent among plain JSON by its specversion', async () => {
    expect((await send([cloudEvent('1'), { event: 'Plain' }])).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual([placed, 'Plain'])
  })

  it.each<[object, object]>([
    [
      { event: 'A', id: '1', timestamp: '2026-01-15T10:00:00Z', properties: { x: 1 } },
      { event: 'A', id: '1', eventTime: Date.UTC(2026, 0, 15, 10), body: { x: 1 } },
    ],
    [
      { name: 'A', messageId: '2', time: 1_768_471_200_000, data: { x: 2 } },
      { event: 'A', id: '2', eventTime: 1_768_471_200_000, body: { x: 2 } },
    ],
    [
      { type: 'A', x: 3 },
      { event: 'A', id: null, eventTime: null, body: { type: 'A', x: 3 } },
    ],
    [{ event: null, name: 7, type: 'A' }, { event: 'A' }],
  ])('reads plain JSON like %j by its usual pointers', async (given, expected) => {
    expect(await send(given, 'application/x-www-form-urlencoded')).toEqual({ status: 200, body: { success: true } })
    expect(decoded()).toMatchObject([{ ok: true, ...expected }])
  })

  it('says what is expected where an event has no name, and keeps it', async () => {
    const answer = await send([{ foo: 1 }, { event: 'A' }])
    expect(answer).toMatchObject({
      status: 200,
      body: { success: true, undecodable: 1, expected: expect.stringContaining('"name" or "type"') },
    })
    expect(eventsOf(collector.store)).toEqual(['(no_event_name)', 'A'])
  })

  it('lets an element that is no JSON spoil only itself', async () => {
    expect((await send('[{"event":"A"},{"event":tru},{"event":"B"}]')).status).toBe(200)
    expect(eventsOf(collector.store)).toEqual(['A', '(malformed_json)', 'B'])
  })

  it.each([
    ['', 'application/json'],
    ['5', 'application/json'],
    ['{"event":', 'application/json'],
    ['{}', 'application/cloudevents-batch+json'],
    ['[]', 'application/cloudevents+json'],
    ['nothing', 'application/cloudevents+json'],
  ])('answers 400 to %j as %s, saying what is expected', async (body, type) => {
    const answer = await send(body, type)
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringMatching(/^Expected .*JSON/) } })
    expect(collector.store.records).toEqual([])
  })

  it('reads plain JSON by configured pointers where the source has them', async () => {
    await collector.close()
    collector = await startCollector({
      format: { type: 'json', event: '/meta/what', id: '/meta/key', body: '/payload' },
    })
    expect((await send({ meta: { what: 'A', key: 'k' }, payload: { x: 1 } })).status).toBe(200)
    expect(decoded()).toMatchObject([{ ok: true, event: 'A', id: 'k', body: { x: 1 } }])
    const { body } = await send({ event: 'A', properties: {} })
    expect(body).toMatchObject({
      undecodable: 1,
      expected: expect.stringMatching(
        /, or an object with its name under "\/meta\/what", as the source is configured\.$/,
      ),
    })
  })
})
