import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { createDelivery, type Delivery, type DeliveryOutcome } from '../../src/alert/deliver.ts'
import type { Notification } from '../../src/alert/notification.ts'
import type { Receiver } from '../../src/alert/receivers/receiver.ts'
import { Failure } from '../../src/model/failure.ts'
import { HOUR, MINUTE, SECOND } from '../../src/model/time.ts'
import { type PagerdutyServer, startPagerduty } from '../support/pagerduty-server.ts'
import { until } from '../support/until.ts'
import { virtualClock } from '../support/virtual-clock.ts'
import { memoryOutbox } from './memory-outbox.ts'
import { receiverOf, ROUTING_KEY } from './receivers/make.ts'
import { NOON, notificationOf } from './sample.ts'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const work of cleanUp.splice(0).reverse()) await work()
})

async function pagerduty(): Promise<PagerdutyServer> {
  const server = await startPagerduty()
  cleanUp.push(server.close)
  return server
}

const pager = (server: PagerdutyServer, name = 'pager', env: Record<string, string> = { KEY: ROUTING_KEY }): Receiver =>
  receiverOf({ name, pagerduty: { routing_key: { env: 'KEY' }, url: server.enqueue } }, env)

function start(receivers: readonly Receiver[], outbox = memoryOutbox(), clock = virtualClock(NOON)) {
  const outcomes: string[] = []
  const logged: string[] = []
  const current = [...receivers]
  const log = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`)
  const delivery: Delivery = createDelivery({
    receivers: () => current,
    outbox,
    now: clock.now,
    random: () => 0.999,
    setTimer: clock.setTimer,
    log: { info: log, warn: log, error: log },
    onOutcome: (receiver: string, outcome: DeliveryOutcome) => outcomes.push(`${receiver} ${outcome}`),
  })
  cleanUp.push(async () => {
    const stopped = delivery.stop(0)
    clock.advance(0)
    await stopped
  })
  return { delivery, outbox, clock, outcomes, logged, current }
}

/** Lets time run until something has come about. */
async function running<Value>(clock: { next: () => boolean }, what: string, condition: () => Value): Promise<void> {
  await until(what, () => condition() || void clock.next())
}

const about = (incident: string, change: Partial<Notification> = {}): Notification =>
  notificationOf({ receiver: 'pager', incident, dedupKey: incident, ...change })

describe('delivery', () => {
  it('sends what is written, woken by it, in its order', async () => {
    const server = await pagerduty()
    const { delivery, outbox } = start([pager(server)])
    outbox.write([about('a'), about('b'), about('a', { action: 'resolve' })])
    delivery.wake()
    await until('all sent', () => outbox.states().every(({ state }) => state === 'sent'))
    expect(server.incidents.map(({ dedupKey, status }) => [dedupKey, status])).toEqual([
      ['a', 'resolved'],
      ['b', 'open'],
    ])
    expect(server.requests.map(({ body }) => JSON.parse(body).dedup_key)).toEqual(['a', 'b', 'a'])
  })

  it('finds what an instance before it left behind, without being woken', async () => {
    const server = await pagerduty()
    const outbox = memoryOutbox()
    outbox.write([about('a')])
    start([pager(server)], outbox)
    await until('sent', () => server.incidents.length === 1)
  })

  it('tries again under the same key until the receiver is back, and keeps the order', async () => {
    const server = await pagerduty()
    const { delivery, outbox, clock } = start([pager(server)])
    server.fail({ kind: 'status', status: 503 }, 'for ever')
    outbox.write([about('a'), about('b')])
    delivery.wake()
    await running(clock, 'four attempts', () => server.requests.length >= 4)
    expect(new Set(server.requests.map(({ body }) => JSON.parse(body).dedup_key))).toEqual(new Set(['a']))
    server.mend()
    await running(clock, 'both sent', () => server.incidents.length === 2)
    expect(server.incidents.map(({ dedupKey }) => dedupKey)).toEqual(['a', 'b'])
  })

  it('is delayed by no receiver but its own: one that hangs holds up nobody', async () => {
    const [hanging, fine] = [await pagerduty(), await pagerduty()]
    hanging.fail({ kind: 'hang' }, 'for ever')
    const { delivery, outbox } = start([pager(hanging, 'hanging'), pager(fine, 'fine')])
    outbox.write([
      about('a', { receiver: 'hanging' }),
      ...['a', 'b', 'c'].map((incident) => about(incident, { receiver: 'fine' })),
    ])
    delivery.wake()
    await until('the others', () => fine.incidents.length === 3)
    expect(hanging.requests).toHaveLength(1)
    expect(outbox.states()[0]?.state).toBe('waiting')
  })

  it('leaves a receiver alone for as long as it asks', async () => {
    const server = await pagerduty()
    const { delivery, outbox, clock } = start([pager(server)])
    server.fail({ kind: 'status', status: 429, headers: { 'retry-after': '90' } })
    outbox.write([about('a'), about('b')])
    delivery.wake()
    await until('the refusal to be stored', () => outbox.states()[0]?.attempts === 1)
    for (let second = 0; second < 89; second++) {
      clock.advance(SECOND)
      delivery.wake()
    }
    expect(clock.now()).toBeLessThan(NOON + 90 * SECOND)
    expect(server.requests).toHaveLength(1)
    await running(clock, 'both sent', () => server.incidents.length === 2)
    expect(clock.now()).toBeGreaterThanOrEqual(NOON + 90 * SECOND)
  })

  it('lets other incidents pass one that is refused again and again', async () => {
    const server = await pagerduty()
    const refusing: Receiver = {
      ...pager(server),
      send: async (notification, at, signal) =>
        notification.incident === 'poison'
          ? { outcome: 'later', status: 500, detail: '500', retryAfter: null }
          : pager(server).send(notification, at, signal),
    }
    const { delivery, outbox, clock } = start([refusing])
    outbox.write([about('poison'), about('b'), about('poison', { action: 'update' })])
    delivery.wake()
    await running(clock, 'the other incident', () => server.incidents.length === 1)
    expect(clock.now() - NOON).toBeLessThan(MINUTE)
    await until('its mark', () => outbox.states()[1]?.state === 'sent')
    expect(outbox.states().map(({ state }) => state)).toEqual(['waiting', 'sent', 'waiting'])
    expect(outbox.states()[2]?.attempts).toBe(0)
  })

  it('keeps what was refused, counted and visible, and goes on', async () => {
    const server = await pagerduty()
    const { delivery, outbox, outcomes, logged } = start([pager(server)])
    for (const status of [400, 401, 404]) server.fail({ kind: 'status', status, body: 'no' })
    outbox.write([about('a'), about('b'), about('c'), about('d')])
    delivery.wake()
    await until('the last', () => server.incidents.length === 1)
    await until('its mark', () => outbox.states()[3]?.state === 'sent')
    expect(outbox.states().map(({ state, answer }) => `${state} ${answer.slice(0, 3)}`)).toEqual([
      'rejected 400',
      'rejected 401',
      'rejected 404',
      'sent 202',
    ])
    expect(outcomes).toEqual(['pager rejected', 'pager unauthorised', 'pager rejected', 'pager sent'])
    expect(logged.filter((line) => line.startsWith('a notification was given up'))).toHaveLength(3)
    expect(logged.join()).not.toContain(ROUTING_KEY)
  })

  it('gives up what cannot be made into a message, says so, and goes on', async () => {
    const server = await pagerduty()
    const { delivery, outbox, outcomes, logged } = start([
      pager(server),
      receiverOf({ name: 'off', pagerduty: { routing_key: { env: 'KEY' }, url: server.enqueue } }, {}),
    ])
    const broken = { message: {} as Notification['message'] }
    outbox.write([about('broken', broken), about('a'), about('broken', { ...broken, receiver: 'off' })])
    delivery.wake()
    await until('all to be done with', () => outbox.states().every(({ state }) => state !== 'waiting'))
    expect(outbox.states().map(({ state }) => state)).toEqual(['rejected', 'sent', 'disabled'])
    expect(outbox.states()[0]?.answer).toMatch(/^it can't be made into a message: TypeError/)
    expect(outcomes.toSorted()).toEqual(['off disabled', 'pager rejected', 'pager sent'])
    expect(logged.filter((line) => line.startsWith('a notification was given up'))).toHaveLength(1)
  })

  it('gives a trigger up after a day of trying, not for its age', async () => {
    const down: Receiver = {
      ...receiverOf({ name: 'pager', console: {} }),
      send: async () => ({ outcome: 'later', status: 503, detail: '503', retryAfter: null }),
    }
    const { delivery, outbox, clock } = start([down])
    outbox.write([about('a', { at: NOON - 72 * HOUR })])
    delivery.wake()
    while (outbox.states()[0]?.state === 'waiting' && clock.now() < NOON + 48 * HOUR) {
      await setImmediate()
      clock.next()
    }
    expect(clock.now() - NOON).toBeGreaterThanOrEqual(24 * HOUR)
    expect(clock.now() - NOON).toBeLessThan(24 * HOUR + 6 * MINUTE)
    expect(outbox.states()[0]?.answer).toBe('given up after 24 h: 503')
  })

  it('neither gives up nor waits for hours because the clock was set', async () => {
    const down: Receiver = {
      ...receiverOf({ name: 'pager', console: {} }),
      send: async () => ({ outcome: 'later', status: 503, detail: '503', retryAfter: MINUTE }),
    }
    const clock = virtualClock(NOON)
    let ahead = 0
    const { delivery, outbox } = start([down], memoryOutbox(), { ...clock, now: () => clock.now() + ahead })
    const attempts = () => outbox.states()[0]?.attempts ?? 0
    outbox.write([about('a')])
    delivery.wake()
    await running(clock, 'three attempts', () => attempts() === 3)
    ahead = 30 * HOUR
    await running(clock, 'one more', () => attempts() === 4)
    expect(outbox.states()[0]?.state).toBe('waiting')
    ahead = 0
    const before = clock.now()
    await running(clock, 'another', () => attempts() === 5)
    expect(clock.now() - before).toBeLessThan(2 * MINUTE)
  })

  it('shows what a disabled receiver would have been sent', async () => {
    const server = await pagerduty()
    const { delivery, outbox, outcomes } = start([pager(server, 'pager', {})])
    outbox.write([about('a')])
    delivery.wake()
    await until('its end', () => outbox.states()[0]?.state === 'disabled')
    const answer = outbox.states()[0]?.answer ?? ''
    expect(answer).toContain('KEY is not set')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is meant literally
    expect(answer).toContain('"routing_key":"${env:KEY}"')
    expect([server.requests.length, outcomes]).toEqual([0, ['pager disabled']])
  })

  it('keeps what was written for a receiver that is gone, and takes up one that is new', async () => {
    const server = await pagerduty()
    const { delivery, outbox, current } = start([])
    outbox.write([about('a')])
    delivery.wake()
    await until('its end', () => outbox.states()[0]?.state === 'rejected')
    expect(outbox.states()[0]?.answer).toBe('no receiver of this name is configured any more')
    current.push(pager(server))
    outbox.write([about('b')])
    delivery.wake()
    await until('the new one', () => server.incidents.length === 1)
  })

  it('sends again under the same key after being killed between sending and marking', async () => {
    const server = await pagerduty()
    const outbox = memoryOutbox()
    outbox.write([about('a')])
    await pager(server).send(about('a'), NOON, new AbortController().signal)
    start([pager(server)], outbox)
    await until('the second one', () => outbox.states()[0]?.state === 'sent')
    expect(server.requests).toHaveLength(2)
    expect(server.incidents).toHaveLength(1)
  })

  it('asks nobody twice because the store was away when the answer came', async () => {
    const server = await pagerduty()
    const outbox = memoryOutbox()
    outbox.write([about('a')])
    const breaking: Receiver = {
      ...pager(server),
      send: (notification, at, signal) => {
        outbox.breakWith(new Failure('store_down', 'gone', { retryable: true }))
        return pager(server).send(notification, at, signal)
      },
    }
    const { clock } = start([breaking], outbox)
    await until('the request', () => server.requests.length === 1)
    for (let tries = 0; tries < 5; tries++) clock.next()
    outbox.breakWith(null)
    await running(clock, 'the mark', () => outbox.states()[0]?.state === 'sent')
    expect(server.requests).toHaveLength(1)
  })

  it('survives a store that fails for good, and says so', async () => {
    const server = await pagerduty()
    const outbox = memoryOutbox()
    outbox.breakWith(new Error('no such table'))
    const { clock, logged, delivery } = start([pager(server)], outbox)
    await until('the complaint', () => logged.some((line) => line.includes('no such table')))
    outbox.breakWith(null)
    outbox.write([about('a')])
    delivery.wake()
    await running(clock, 'the send', () => server.incidents.length === 1)
  })

  it('stops in time though a receiver hangs, and leaves the entry where it was', async () => {
    const server = await pagerduty()
    server.fail({ kind: 'hang' }, 'for ever')
    const { delivery, outbox, clock } = start([pager(server)])
    outbox.write([about('a')])
    delivery.wake()
    await until('the request', () => server.requests.length === 1)
    const stopped = delivery.stop()
    clock.advance(SECOND)
    await stopped
    expect(outbox.states()[0]).toMatchObject({ state: 'waiting', attempts: 0 })
  })
})
