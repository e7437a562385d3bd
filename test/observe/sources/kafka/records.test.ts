import { expect, it } from 'vitest'
import { SECOND } from '../../../../src/model/time.ts'
import { observedSpans } from '../../../../src/store/positions.ts'
import { COMPACTED_SOON, createTopic, kafkaClient, uniqueName, withAdmin, withKafka } from '../../../support/kafka.ts'
import { idsOf, idsTo, orderLine, sendLines } from '../../../support/kafka-lines.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { until } from '../../../support/until.ts'

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => orderLine(from + index))

withKafka('what a Kafka source reads', (kafka) => {
  it('passes over aborted and control records, and its watermark comes to the end behind them', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('transactions')
    await createTopic(plain, topic, { partitions: 1 })
    const producer = kafkaClient(plain).producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true })
    await producer.connect()
    const transact = async (values: readonly string[], commits: boolean): Promise<void> => {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: values.map((value) => ({ value })) })
      await (commits ? transaction.commit() : transaction.abort())
    }
    await transact(lines(0, 5), true)
    await transact(lines(5, 10), false)
    const reader = await startKafkaReader(plain, { topics: [topic] })
    // Only what isn't for readers is behind the five: 5 + 1, 5 + 1.
    await until('the end', async () => (await reader.positions()).get(`${topic}-0`) === '12')
    expect(idsOf(reader.records)).toEqual(lines(0, 5).map((_, index) => `m-${index}`))
    await transact(lines(10, 13), false)
    await transact(lines(20, 23), true)
    await until('the end', async () => (await reader.positions()).get(`${topic}-0`) === '20')
    expect(idsOf(reader.records)).toEqual(['m-0', 'm-1', 'm-2', 'm-20', 'm-21', 'm-22', 'm-3', 'm-4'])
    // Producers' stamps: a minute is left for those that come late.
    const [partition] = await until('a watermark', async () => {
      const found = (await reader.progress())?.partitions ?? []
      return found.every(({ observedUntil }) => Date.now() - (observedUntil ?? 0) < 70 * SECOND) ? found : null
    })
    expect(partition?.complete).toBe(false)
    expect(reader.source.state()).toEqual({ state: 'running', detail: '' })
    // A member that joins where only control records are left goes on as well.
    const { db } = reader
    const again = await startKafkaReader(plain, { topics: [topic], db, group: uniqueName('again') })
    await transact(lines(30, 31), false)
    await until('the end', async () => (await reader.positions()).get(`${topic}-0`) === '22')
    await again.stop()
    await reader.stop()
    await producer.disconnect()
  })

  it('passes over the holes that compaction leaves', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('compacted')
    await createTopic(plain, topic, {
      partitions: 1,
      config: {
        ...COMPACTED_SOON,
        'delete.retention.ms': '100',
      },
    })
    for (let index = 0; index < 6; index++) await sendLines(plain, topic, [orderLine(index)], { key: `${index % 2}` })
    await sendLines(plain, topic, [orderLine(6)], { key: 'last' })
    await until(
      'compaction',
      async () => {
        // The segment under way is rolled by what comes into it.
        await sendLines(plain, topic, [orderLine(7)], { key: 'roll' })
        const reader = await startKafkaReader(plain, { topics: [topic], group: uniqueName('look') })
        await until('a look', () => reader.records.length > 0)
        const found = idsOf(reader.records)
        await reader.stop()
        return !found.includes('m-0')
      },
      40_000,
    )
    const reader = await startKafkaReader(plain, { topics: [topic] })
    await until('the end', () => reader.source.figures?.().partitions[0]?.records === 0)
    expect(idsOf(reader.records)).toEqual(expect.arrayContaining(['m-4', 'm-5', 'm-6']))
    expect(idsOf(reader.records)).not.toContain('m-0')
    await reader.stop()
  }, 60_000)

  it('takes tombstones, large values and what is no JSON as they are', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('odd')
    await createTopic(plain, topic, { partitions: 1, config: { 'max.message.bytes': '4000000' } })
    const large = orderLine(1, { padding: 'x'.repeat(1_200_000) })
    await sendLines(plain, topic, [orderLine(0), null, large, '{"type":"tra', orderLine(2)], { key: 'k' })
    const reader = await startKafkaReader(plain, { topics: [topic] })
    await until('five records', () => reader.records.length === 5)
    const told = reader.records.map(({ decoded }) => (decoded.ok ? decoded.id : decoded.reason))
    expect(told).toEqual(['m-0', 'empty', 'm-1', 'malformed_json', 'm-2'])
    await reader.stop()
  })

  it('takes the time stamps of broker or producer, and counts clocks that are ahead', async () => {
    const { plain } = await kafka.shared()
    const [created, appended] = [uniqueName('create'), uniqueName('append')]
    await createTopic(plain, created, {
      partitions: 1,
      config: { 'message.timestamp.after.max.ms': '9223372036854775807' },
    })
    await createTopic(plain, appended, { partitions: 1, config: { 'message.timestamp.type': 'LogAppendTime' } })
    const producer = kafkaClient(plain).producer()
    await producer.connect()
    const past = Date.now() - 90 * SECOND
    const future = Date.now() + 30 * 60 * SECOND
    const messages = [past, future].map((at, index) => ({ value: orderLine(index), timestamp: String(at) }))
    for (const topic of [created, appended]) await producer.send({ topic, messages })
    // What a client's clock may say: the beginning of time, and a year that few will see.
    const [dawn, distant] = [1_000, Date.UTC(2999, 0, 1)]
    const odd = [dawn, distant].map((at, index) => ({ value: orderLine(10 + index), timestamp: String(at) }))
    await producer.send({ topic: created, messages: odd })
    await producer.disconnect()
    const began = Date.now()
    const reader = await startKafkaReader(plain, { topics: [created, appended] })
    await until('six records', () => reader.records.length === 6)
    const arrivals = (topic: string): number[] =>
      reader.records.filter(({ partition }) => partition === `${topic}-0`).map(({ arrivedAt }) => arrivedAt ?? 0)
    const [first, second = 0, third, fourth = 0] = arrivals(created)
    expect(third).toBe(dawn)
    expect(fourth).toBeGreaterThanOrEqual(began + 300 * SECOND)
    expect(fourth).toBeLessThan(Date.now() + 301 * SECOND)
    const kept = await reader.db.all<{ reason: string }>('select reason from quarantine where source = ? order by id', [
      'stream',
    ])
    expect(kept.filter(({ reason }) => reason === 'implausible_time')).toHaveLength(1)
    expect(first).toBe(past)
    expect(second).toBeGreaterThanOrEqual(began + 300 * SECOND)
    expect(second).toBeLessThan(Date.now() + 301 * SECOND)
    for (const at of arrivals(appended)) expect(Math.abs(at - began)).toBeLessThan(60 * SECOND)
    expect(reader.source.figures?.().clockAhead).toBe(2)
    await until('both observed', async () => {
      const found = new Map((await reader.progress())?.partitions.map((one) => [one.partition, one.observedUntil]))
      const now = Date.now()
      // Where the broker stamps nothing can come late; where producers do, a minute is left.
      return (
        now - (found.get(`${appended}-0`) ?? 0) < 10 * SECOND && now - (found.get(`${created}-0`) ?? 0) < 70 * SECOND
      )
    })
    const progress = await reader.progress()
    for (const { observedUntil } of progress?.partitions ?? []) expect(observedUntil).toBeLessThanOrEqual(Date.now())
    await reader.stop()
  })

  it('begins at the end where it is told to, and at the beginning of partitions that are added', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('latest')
    await createTopic(plain, topic, { partitions: 1 })
    await sendLines(plain, topic, lines(0, 5))
    const reader = await startKafkaReader(plain, { topics: [topic], from: 'latest' })
    await until('a position', async () => (await reader.positions()).get(`${topic}-0`) === '5')
    await sendLines(plain, topic, lines(5, 7))
    await until('two records', () => reader.records.length === 2)
    expect(idsOf(reader.records)).toEqual(['m-5', 'm-6'])
    const [span] = (await observedSpans(reader.db, 'stream', 0, Number.MAX_SAFE_INTEGER)).get(`${topic}-0`) ?? []
    expect(span?.started).toBeGreaterThan(Date.now() - 30 * SECOND)
    await reader.stop()
  })

  it('begins at the end in partitions that another member had when the topic was new', async () => {
    const { plain } = await kafka.shared()
    const [topic, group] = [uniqueName('shared-latest'), uniqueName('group')]
    await createTopic(plain, topic, { partitions: 4 })
    await sendLines(plain, topic, lines(0, 8), { partitions: 4 })
    const other = kafkaClient(plain).consumer({ groupId: group, heartbeatInterval: 200 })
    let others = 0
    other.on(other.events.GROUP_JOIN, ({ payload }) => {
      others = payload.memberAssignment[topic]?.length ?? 0
    })
    await other.connect()
    await other.subscribe({ topics: [topic] })
    await other.run({ autoCommit: false, eachBatch: async () => undefined })
    await until('the other member to have them', () => others === 4)
    const reader = await startKafkaReader(plain, { topics: [topic], group, from: 'latest' })
    await until('half of them', () => reader.source.figures?.().partitions.length === 2, 30_000)
    expect(others).toBe(2)
    await until('positions', async () => (await reader.positions()).size >= 2)
    // What comes while nobody of ours reads the other half isn't lost.
    await sendLines(plain, topic, lines(8, 12), { partitions: 4 })
    await other.disconnect()
    await until('all of them', () => reader.source.figures?.().partitions.length === 4, 30_000)
    await sendLines(plain, topic, lines(12, 16), { partitions: 4 })
    await until('the end', () => reader.source.figures?.().partitions.every(({ records }) => records === 0))
    await until('eight records', () => reader.records.length >= 8)
    expect(idsOf(reader.records)).toEqual(idsTo(16).filter((id) => Number(id.slice(2)) >= 8))
    await reader.stop()
  }, 60_000)

  it('tells lag and skew, and the broker how far it is', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('skewed')
    await createTopic(plain, topic, { partitions: 3 })
    const group = uniqueName('group')
    const reader = await startKafkaReader(plain, { topics: [topic], group })
    await until('three partitions', () => reader.source.figures?.().partitions.length === 3)
    await sendLines(plain, topic, lines(0, 30))
    await until('all records', () => reader.records.length === 30)
    await until('the end', () => reader.source.figures?.().partitions.every(({ records }) => records === 0))
    // All of 30 in one of three partitions, once the ends are asked for again.
    await until('the skew', () => reader.source.figures?.().skew.get(topic) === 3)
    await reader.stop()
    const [committed] = await withAdmin(plain, (admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }))
    expect(committed?.partitions.find(({ partition }) => partition === 0)?.offset).toBe('30')
    expect(idsOf(reader.records)).toEqual(idsTo(30))
  })
})
