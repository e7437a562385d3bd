import { type AddressInfo, createServer } from 'node:net'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs'
import { expect, it } from 'vitest'
import { SECOND } from '../../../../src/model/time.ts'
import { openStore } from '../../../../src/store/open.ts'
import { observedSpans } from '../../../../src/store/positions.ts'
import { KAFKA_USER } from '../../../support/kafka/broker.ts'
import { FETCH, startKafkaProxy } from '../../../support/kafka/proxy.ts'
import { createTopic, uniqueName, withAdmin, withKafka } from '../../../support/kafka.ts'
import { idsOf, idsTo, orderLine, sendLines } from '../../../support/kafka-lines.ts'
import { type KafkaReader, startKafkaReader } from '../../../support/kafka-reader.ts'
import { until } from '../../../support/until.ts'
import { THOROUGH } from '../../../support/thorough.ts'

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => orderLine(from + index))

/** After ten records and its trouble: ten more are read, no place twice, and all is well again. */
async function readsOn(reader: KafkaReader, broker: string, topic: string): Promise<void> {
  await sendLines(broker, topic, lines(10, 20), { partitions: 2 })
  // A producer that hears nothing sends again, and a broker that has just woken may have taken it the first time.
  const ids = (): string[] => [...new Set(idsOf(reader.records))]
  await until('twenty records', () => ids().length >= 20, 60_000)
  expect(ids()).toEqual(idsTo(20))
  const places = reader.records.map(({ partition, position }) => `${partition} ${position}`)
  expect(places).toHaveLength(new Set(places).size)
  await until('all to be well', () => reader.source.state().state === 'running')
  await reader.stop()
}

withKafka('a Kafka source in trouble', (kafka) => {
  it.skipIf(!THOROUGH)(
    'says that a topic is missing, reads the others, and reads it once it is there (long: it is looked for every 5 s)',
    async () => {
      const { plain } = await kafka.shared()
      const [there, late] = [uniqueName('there'), uniqueName('late')]
      await createTopic(plain, there, { partitions: 1 })
      await sendLines(plain, there, lines(0, 3))
      const reader = await startKafkaReader(plain, { topics: [there, late] })
      await until('the records that are there', () => reader.records.length === 3)
      expect(reader.source.state()).toEqual({ state: 'failing', detail: `topic ${late} does not exist` })
      await createTopic(plain, late, { partitions: 2 })
      await sendLines(plain, late, lines(3, 9), { partitions: 2 })
      await until('the others', () => reader.records.length === 9, 30_000)
      expect(idsOf(reader.records)).toEqual(idsTo(9))
      await until('all to be well', () => reader.source.state().state === 'running')
      await reader.stop()
    },
    60_000,
  )

  it('reads with a password and over TLS, and says what it may not read or who refused it', async () => {
    const { plain, sasl, tls, certificate } = await kafka.shared()
    const [open, closed] = [uniqueName('open'), uniqueName('closed')]
    for (const topic of [open, closed]) {
      await createTopic(plain, topic, { partitions: 1 })
      await sendLines(plain, topic, lines(0, 3))
    }
    await withAdmin(plain, (admin) =>
      admin.createAcls({
        acl: [
          {
            resourceType: AclResourceTypes.TOPIC,
            resourceName: closed,
            resourcePatternType: ResourcePatternTypes.LITERAL,
            principal: 'User:somebody-else',
            host: '*',
            operation: AclOperationTypes.ALL,
            permissionType: AclPermissionTypes.ALLOW,
          },
        ],
      }),
    )
    const login = { mechanism: 'scram-sha-256', ...KAFKA_USER } as const
    const secured = await startKafkaReader(sasl, {
      topics: [open, closed],
      group: uniqueName('secured'),
      access: { brokers: [sasl], tls: false, sasl: login },
    })
    await until('the open topic', () => secured.records.length === 3)
    expect(secured.source.state()).toEqual({
      state: 'failing',
      detail: `topic ${closed} may not be read: the broker grants no access to it`,
    })
    await secured.stop()
    const encrypted = await startKafkaReader(tls, {
      topics: [open],
      group: uniqueName('tls'),
      access: { brokers: [tls], tls: { ca: [certificate] }, sasl: null },
    })
    await until('the open topic', () => encrypted.records.length === 3)
    await encrypted.stop()
    const stranger = await startKafkaReader(sasl, {
      topics: [open],
      access: { brokers: [sasl], tls: false, sasl: { ...login, password: 'wrong' } },
    })
    const failure = await until('a failure', () => stranger.failures[0])
    expect(failure).toMatchObject({ code: 'kafka_unreachable', retryable: true })
    expect(failure.message).toMatch(/authentication/i)
    expect(failure.message).not.toContain('wrong')
    await stranger.stop()
  }, 60_000)

  it('leaves what was deleted before it was read unobserved, and says how much', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('expired')
    const db = await openStore({ type: 'sqlite', path: ':memory:' })
    await createTopic(plain, topic, { partitions: 1 })
    await sendLines(plain, topic, lines(0, 4))
    const first = await startKafkaReader(plain, { topics: [topic], db })
    await until('four records', () => first.records.length === 4)
    await first.stop()
    await sendLines(plain, topic, lines(4, 10))
    await withAdmin(plain, async (admin) => {
      // The client must have heard of the topic.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] })
    })
    const second = await startKafkaReader(plain, { topics: [topic], db })
    await until('three records', () => second.records.length === 3)
    expect(idsOf(second.records)).toEqual(['m-7', 'm-8', 'm-9'])
    expect(second.source.figures?.().lost).toBe(3)
    expect(second.source.state().detail).toContain('3 records were deleted by the broker before they were read')
    expect(second.log.some((line) => line.includes('3 records were deleted'))).toBe(true)
    const spans = (await observedSpans(db, 'stream', 0, Number.MAX_SAFE_INTEGER)).get(`${topic}-0`) ?? []
    expect(spans.length).toBe(2)
    expect(spans[0]?.started).toBe(0)
    // With producers' stamps, what was lost may be stamped up to a minute later than what was not.
    expect(spans[1]?.started).toBe((second.records[0]?.arrivedAt ?? 0) + 60 * SECOND)
    await second.stop()
    await db.close()
  })

  it('reads on where a connection breaks in the middle of an answer', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('cut')
    await createTopic(plain, topic, { partitions: 2 })
    const proxy = await startKafkaProxy(plain)
    const reader = await startKafkaReader(proxy.address, { topics: [topic] })
    await sendLines(plain, topic, lines(0, 10), { partitions: 2 })
    await until('ten records', () => reader.records.length === 10)
    proxy.cutNext(FETCH)
    await until('the cut', () => proxy.cuts() === 1)
    await sendLines(plain, topic, lines(10, 20), { partitions: 2 })
    // A request that is never answered is given up after 20 s: it isn't waited for.
    await until('twenty records', () => reader.records.length === 20, 15_000)
    expect(idsOf(reader.records)).toEqual(idsTo(20))
    await reader.stop()
    await proxy.close()
  })

  it('comes back to its group under its old name where it could not leave', async () => {
    const { plain } = await kafka.shared()
    const [topic, group] = [uniqueName('name'), uniqueName('names')]
    await createTopic(plain, topic, { partitions: 2 })
    const proxy = await startKafkaProxy(plain)
    const reader = await startKafkaReader(proxy.address, { topics: [topic], group })
    const members = (): Promise<string[]> =>
      withAdmin(plain, async (admin) => {
        const { groups } = await admin.describeGroups([group])
        return groups.flatMap((one) => one.members.map(({ memberId }) => memberId))
      })
    await sendLines(plain, topic, lines(0, 10), { partitions: 2 })
    await until('ten records', () => reader.records.length === 10)
    const before = await members()
    expect(before).toHaveLength(1)
    await proxy.close()
    await until('a failure', () => reader.failures.length > 0)
    await proxy.open()
    await sendLines(plain, topic, lines(10, 20), { partitions: 2 })
    await until('twenty records', () => reader.records.length === 20)
    expect(await members()).toEqual(before)
    await reader.stop()
    expect(await members()).toEqual([])
    await proxy.close()
  })

  it.skipIf(!THOROUGH)(
    'gives up on a broker that keeps connections and answers nothing, and reads on once it does (long: half a minute is waited)',
    async () => {
      const { plain } = await kafka.shared()
      const topic = uniqueName('mute')
      await createTopic(plain, topic, { partitions: 2 })
      await sendLines(plain, topic, lines(0, 10), { partitions: 2 })
      const proxy = await startKafkaProxy(plain)
      const reader = await startKafkaReader(proxy.address, { topics: [topic] })
      await until('ten records', () => reader.records.length === 10)
      proxy.mute(true)
      const failure = await until('a failure', () => reader.failures[0], 60_000)
      expect(failure.message).toBe("Kafka can't be read: the group has not been heard of for half a minute")
      proxy.mute(false)
      await readsOn(reader, plain, topic)
      await proxy.close()
    },
    180_000,
  )

  it('says of an address at which no broker is that it can not be read', async () => {
    // What comes claims to be an answer of no bytes.
    const stranger = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .write(Buffer.alloc(64)),
    )
    await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
    const { port } = stranger.address() as AddressInfo
    const reader = await startKafkaReader(`127.0.0.1:${port}`, { topics: ['any'] })
    const failure = await until('a failure', () => reader.failures[0])
    expect(failure).toMatchObject({ code: 'kafka_unreachable', retryable: true })
    await reader.stop()
    await new Promise((done) => stranger.close(done))
  })

  it.skipIf(!THOROUGH)(
    'reads a topic that was created anew from its beginning, and leaves the gap unobserved (long: the same)',
    async () => {
      const { plain } = await kafka.shared()
      const topic = uniqueName('recreated')
      await createTopic(plain, topic, { partitions: 2 })
      await sendLines(plain, topic, lines(0, 40), { partitions: 2 })
      const reader = await startKafkaReader(plain, { topics: [topic] })
      await until('all records', () => reader.records.length === 40)
      await withAdmin(plain, (admin) => admin.deleteTopics({ topics: [topic] }))
      await until('that to be said', () => reader.source.state().detail.includes('does not exist'), 30_000)
      await createTopic(plain, topic, { partitions: 1 })
      await sendLines(plain, topic, lines(40, 43))
      await until('the new records', () => reader.records.length === 43, 30_000)
      expect(idsOf(reader.records)).toEqual(idsTo(43))
      expect(reader.log.some((line) => line.includes('created anew'))).toBe(true)
      await until('the second partition to hold nothing back', async () =>
        (await reader.progress())?.partitions.some(({ partition, complete }) => partition === `${topic}-1` && complete),
      )
      const spans = (await observedSpans(reader.db, 'stream', 0, Number.MAX_SAFE_INTEGER)).get(`${topic}-0`) ?? []
      expect(spans.length).toBe(2)
      await reader.stop()
    },
    90_000,
  )

  it.skipIf(!THOROUGH)(
    'waits for a broker that is down, at the start and later (long: a broker starts three times)',
    async () => {
      const broker = await kafka.own()
      const topic = uniqueName('restarted')
      await createTopic(broker.plain, topic, { partitions: 2 })
      await sendLines(broker.plain, topic, lines(0, 10), { partitions: 2 })
      await broker.stop()
      const reader = await startKafkaReader(broker.plain, { topics: [topic] })
      await until('a failure', () => reader.failures.length > 0, 30_000)
      expect(reader.failures[0]?.code).toBe('kafka_unreachable')
      await broker.start()
      await until('ten records', () => reader.records.length === 10, 60_000)
      await broker.kill()
      await until(
        'that to be said',
        () => reader.source.state().state === 'failing' || reader.failures.length > 3,
        30_000,
      )
      await broker.start()
      await readsOn(reader, broker.plain, topic)
      await broker.remove()
    },
    180_000,
  )

  it.skipIf(!THOROUGH)(
    'says of a broker that hangs that it does, parts from it in seconds, and reads on once it answers (long: it is waited for)',
    async () => {
      const broker = await kafka.own()
      const topic = uniqueName('held')
      await createTopic(broker.plain, topic, { partitions: 2 })
      await sendLines(broker.plain, topic, lines(0, 10), { partitions: 2 })
      const [reader, other] = await Promise.all([
        startKafkaReader(broker.plain, { topics: [topic] }),
        startKafkaReader(broker.plain, { topics: [topic], group: uniqueName('other') }),
      ])
      await until('ten records', () => reader.records.length === 10 && other.records.length === 10)
      broker.hold(true)
      await until(
        'that to be said',
        () => reader.source.state().state === 'failing' || reader.failures.length > 0,
        60_000,
      )
      const began = performance.now()
      await other.stop()
      expect(performance.now() - began).toBeLessThan(15_000)
      broker.hold(false)
      await readsOn(reader, broker.plain, topic)
      await broker.remove()
    },
    180_000,
  )
})
