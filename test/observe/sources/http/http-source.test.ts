import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../../support/until.ts'
import { type Collector, eventsOf, post, startCollector } from './collector.ts'

const batchOf = (count: number, event = 'A') => ({
  batch: Array.from({ length: count }, (_, index) => ({ type: 'track', event, messageId: `m${index}` })),
})

describe('the HTTP source', () => {
  let collector: Collector
  beforeEach(async () => {
    collector = await startCollector({ limits: { batchRecords: 100, pendingRecords: 1_000 } })
  })
  afterEach(() => collector.close())
  const track = (event: string) => post(`${collector.url}/v1/track`, { event })

  it('answers only once the records are stored, and stores together what came meanwhile', async () => {
    const { store } = collector
    store.mood = 'hang'
    const answers: number[] = []
    const posts = Array.from({ length: 20 }, async (_, index) => answers.push((await track(`E${index}`)).status))
    await until('all to be read', () => collector.bodiesRead() === 20 && store.taken === 1)
    expect(answers).toEqual([])
    expect(store.records).toEqual([])
    store.mood = 'commit'
    await Promise.all(posts)
    expect(answers).toEqual(Array.from({ length: 20 }, () => 200))
    expect(store.records).toHaveLength(20)
    expect(store.batchSizes.filter((size) => size > 0).length).toBeLessThanOrEqual(3)
  })

  it('answers a request of several batches when the last part is stored', async () => {
    expect((await post(`${collector.url}/v1/batch`, batchOf(350))).status).toBe(200)
    expect(collector.store.batchSizes.filter((size) => size > 0)).toEqual([100, 100, 100, 50])
    expect(new Set(collector.store.records.map(({ position }) => position)).size).toBe(350)
  })

  it('gives a batch without records every second, so that what was observed moves on', async () => {
    const { store } = collector
    const known = await until('a span', () => store.steps.find(({ observedUntil }) => observedUntil !== null))
    expect(store.records).toEqual([])
    expect(known.listeningSince).not.toBeNull()
    const later = await until('the span to go on', () => store.steps[store.steps.indexOf(known) + 1])
    expect(later.listeningSince).toBeNull()
    expect(later.observedUntil).toBeGreaterThan(known.observedUntil ?? Number.POSITIVE_INFINITY)
    expect(later.observedUntil).toBeLessThanOrEqual(Date.now() - 2_000)
    expect(later).toMatchObject({ partition: '1', from: known.to, complete: false })
  })

  it('answers 429 with Retry-After where the store refuses, and goes on when it takes again', async () => {
    const { store } = collector
    store.mood = 'refuse'
    const refused = await track('A')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(collector.source.state().state).toBe('failing')
    store.mood = 'commit'
    expect((await track('A')).status).toBe(200)
    expect(eventsOf(store)).toEqual(['A'])
    expect(collector.source.state()).toEqual({ state: 'running', detail: '' })
  })

  it('answers 429 when too much waits, and takes again when it has drained', async () => {
    const { store, url } = collector
    store.mood = 'hang'
    const waiting = [post(`${url}/v1/batch`, batchOf(600)), post(`${url}/v1/batch`, batchOf(600))]
    const refused = await until('the queue to be full', async () => {
      // A request that still gets in waits: ask by one that can't be stored.
      const answer = await post(`${url}/v1/track`, 'no json')
      return answer.status === 429 ? answer : null
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    store.mood = 'commit'
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
    expect((await track('A')).status).toBe(200)
  })

  it('answers 429 while it is not reading, and to what waits when reading ends', async () => {
    const { store } = collector
    store.mood = 'hang'
    const waiting = Array.from({ length: 5 }, () => track('A'))
    await until('all to be read', () => collector.bodiesRead() === 5)
    store.mood = 'refuse'
    await collector.stopReading()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([429, 429, 429, 429, 429])
    expect((await track('B')).status).toBe(429)
    expect(collector.source.state().state).toBe('failing')
  })

  it('begins anew from the stored position', async () => {
    const { store } = collector
    expect((await track('A')).status).toBe(200)
    await collector.stopReading()
    const stored = store.positions.get('1')
    const before = store.steps.length
    collector.startReading()
    expect((await track('B')).status).toBe(200)
    expect(store.steps[before]?.from).toBe(stored)
    expect(eventsOf(store)).toEqual(['A', 'B'])
    expect(new Set(store.steps.map(({ to }) => to)).size).toBe(store.steps.length)
  })

  it('takes a batch about which nothing is said for one that is not stored', async () => {
    await collector.stopReading()
    const abort = new AbortController()
    const batches = collector.source.read(new Map(), abort.signal)[Symbol.asyncIterator]()
    const first = batches.next()
    const answer = track('A')
    await first
    const second = batches.next()
    expect((await answer).status).toBe(429)
    abort.abort()
    expect(await second).toMatchObject({ done: true })
  })
})

describe('the HTTP source on its own clock', () => {
  const NOON = Date.UTC(2026, 9, 1, 12)
  let clock = NOON
  let collector: Collector
  beforeEach(async () => {
    clock = NOON
    collector = await startCollector({ now: () => clock })
  })
  afterEach(() => collector.close())
  const track = (event: string) => post(`${collector.url}/v1/track`, { event })

  it('takes the moment of the last byte for the arrival', async () => {
    const first = 'POST /v1/track HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n{"event":"A",'
    const socket = connect(collector.port, '127.0.0.1')
    socket.write(first)
    await until('the first part to be read', () => collector.bytesRead() === first.length)
    clock = NOON + 3_000
    socket.write('"userId":"u"}')
    await until('the record', () => collector.store.records.length > 0)
    socket.destroy()
    expect(collector.store.records.map(({ arrivedAt }) => arrivedAt)).toEqual([NOON + 3_000])
  })

  it('answers 429 while the store stalls: those that wait, and new ones at once', async () => {
    const { store } = collector
    store.mood = 'hang'
    const out = track('A')
    await until('a batch to be out', () => store.taken === 1)
    const waiting = track('B')
    await until('the next to be read', () => collector.bodiesRead() === 2)
    clock = NOON + 9_000
    const answer = await waiting
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5'])
    expect((await track('C')).status).toBe(429)
    expect(collector.source.state().state).toBe('failing')
    store.mood = 'commit'
    expect((await out).status).toBe(200)
    expect((await track('D')).status).toBe(200)
    expect(eventsOf(store)).toEqual(['A', 'D'])
  })

  it('opens a new span of listening after a pause of the whole process', async () => {
    const { store } = collector
    clock = NOON + 4_000
    await track('A')
    expect(store.steps.at(-1)).toMatchObject({ observedUntil: NOON + 2_000, listeningSince: NOON })
    clock = NOON + 60_000
    await track('B')
    expect(store.steps.at(-1)).toMatchObject({ observedUntil: null, listeningSince: null })
    clock = NOON + 63_000
    await track('C')
    expect(store.steps.at(-1)).toMatchObject({ observedUntil: NOON + 61_000, listeningSince: NOON + 60_000 })
  })

  it('goes on with its span when reading begins anew at once, not when that took over 5 s', async () => {
    const { store } = collector
    clock = NOON + 4_000
    await track('A')
    await collector.stopReading()
    expect((await track('Lost')).status).toBe(429)
    clock = NOON + 7_000
    collector.startReading()
    await until('reading', () => collector.source.state().state === 'running')
    await track('B')
    expect(store.steps.at(-1)).toMatchObject({ observedUntil: NOON + 5_000, listeningSince: null })
    await collector.stopReading()
    clock = NOON + 20_000
    collector.startReading()
    await until('reading', () => collector.source.state().state === 'running')
    clock = NOON + 23_000
    await track('C')
    expect(store.steps.at(-1)).toMatchObject({ observedUntil: NOON + 21_000, listeningSince: NOON + 20_000 })
  })
})

describe('the memory of the HTTP source', () => {
  it('is bounded while nothing can be stored', async () => {
    const collector = await startCollector({ limits: { pendingBytes: 8 * 1024 * 1024 } })
    try {
      const { store } = collector
      store.mood = 'hang'
      const body = JSON.stringify({
        batch: Array.from({ length: 300 }, () => ({ event: 'A', properties: { text: 'x'.repeat(900) } })),
      })
      const before = process.memoryUsage().rss
      const statuses: number[] = []
      const posts = Array.from({ length: 50 }, async () => {
        for (let turn = 0; turn < 10; turn++) statuses.push((await post(`${collector.url}/v1/batch`, body)).status)
      })
      await until('most to be refused', () => statuses.filter((status) => status === 429).length > 150)
      expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024)
      store.mood = 'commit'
      await Promise.all(posts)
      expect(store.records).toHaveLength(300 * statuses.filter((status) => status === 200).length)
      expect(new Set(statuses)).toEqual(new Set([200, 429]))
    } finally {
      await collector.close()
    }
  })
})
