import { Analytics } from '@segment/analytics-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DecodedEvent } from '../../src/model/record.ts'
import { type Collector, eventsOf, startCollector } from '../observe/sources/http/collector.ts'
import { until } from '../support/until.ts'

describe("Segment's library for Node", () => {
  let collector: Collector
  let analytics: Analytics
  const failures: unknown[] = []
  beforeEach(async () => {
    collector = await startCollector({ writeKeys: ['server-key'] })
    failures.length = 0
    analytics = connect('server-key')
  })
  afterEach(async () => {
    await analytics.closeAndFlush({ timeout: 500 })
    await collector.close()
  })

  function connect(writeKey: string): Analytics {
    const client = new Analytics({ writeKey, host: collector.url, flushAt: 10, flushInterval: 50 })
    client.on('error', (error) => failures.push(error))
    return client
  }

  const decoded = () => collector.store.records.map((record) => record.decoded as DecodedEvent)

  it('has every kind of call stored, with its id, time, body and library', async () => {
    const timestamp = new Date(Date.now() - 60_000)
    analytics.track({
      userId: 'u1',
      event: 'Order Completed',
      properties: { revenue: 9.5 },
      messageId: 'id-1',
      timestamp,
    })
    analytics.identify({ userId: 'u1', traits: { plan: 'pro' } })
    analytics.page({ userId: 'u1', name: 'Home', properties: { path: '/' } })
    analytics.screen({ anonymousId: 'a1', name: 'Cart' })
    analytics.group({ userId: 'u1', groupId: 'g1', traits: { seats: 3 } })
    analytics.alias({ userId: 'u1', previousId: 'a1' })
    await until('six records', () => collector.store.records.length === 6)
    expect(eventsOf(collector.store).sort()).toEqual([
      'Order Completed',
      'alias',
      'group',
      'identify',
      'page',
      'screen',
    ])
    const order = decoded().find(({ event }) => event === 'Order Completed')
    expect(order).toMatchObject({
      id: 'id-1',
      body: { revenue: 9.5 },
      dimensions: { platform: 'server', library: '@segment/analytics-node' },
    })
    expect(Math.abs((order?.eventTime ?? 0) - timestamp.getTime())).toBeLessThan(5_000)
    expect(decoded().find(({ event }) => event === 'identify')?.body).toEqual({ plan: 'pro' })
    expect(failures).toEqual([])
  })

  it('sends again what was refused, with the same ids', async () => {
    const { store } = collector
    store.mood = 'refuse'
    store.retryAfterSeconds = 1
    for (let index = 0; index < 30; index++) analytics.track({ userId: 'u1', event: 'Kept', messageId: `id-${index}` })
    await until('a batch to be refused', () => store.taken > 0)
    store.mood = 'commit'
    await until('all to be stored', () => store.records.length >= 30)
    expect(new Set(decoded().map(({ id }) => id)).size).toBe(30)
    expect(store.records).toHaveLength(30)
    expect(failures).toEqual([])
  })

  it('is told when its write key is not known', async () => {
    const stranger = connect('another-key')
    stranger.track({ userId: 'u1', event: 'Lost' })
    await until('the failure', () => failures.length > 0)
    expect(failures).toMatchObject([{ code: 'delivery_failure', reason: { message: expect.stringContaining('401') } }])
    expect(collector.store.records).toEqual([])
    await stranger.closeAndFlush({ timeout: 500 })
  })
})
