import { expect, it } from 'vitest'
import { createEarlyCheck } from '../../../../src/observe/check/early.ts'
import { createKafkaSource } from '../../../../src/observe/sources/kafka/kafka-source.ts'
import { openStore } from '../../../../src/store/open.ts'
import { sourceContract } from '../../../contract/source.ts'
import { createTopic, uniqueName, withKafka } from '../../../support/kafka.ts'
import { idsOf, idsTo, orderLine, sendLines } from '../../../support/kafka-lines.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { planOf } from '../../../support/plan.ts'
import { until } from '../../../support/until.ts'

const lines = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => orderLine(from + index))

withKafka('a Kafka source', (kafka) => {
  sourceContract(async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('contract')
    await createTopic(plain, topic, { partitions: 2 })
    await sendLines(plain, topic, lines(0, 120), { partitions: 2 })
    const plan = planOf([])
    return {
      records: 120,
      make: () =>
        createKafkaSource({
          id: 'stream',
          access: { brokers: [plain], tls: false, sasl: null },
          group: topic,
          topics: [topic],
          from: 'earliest',
          format: { type: 'segment' },
          now: Date.now,
          log: { info: () => undefined, warn: () => undefined },
          early: createEarlyCheck(() => plan),
          askEvery: 100,
          most: 30,
        }),
      close: async () => undefined,
    }
  })

  it('hands partitions over to an instance that joins and back when it leaves, and nothing is read twice or not at all', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('shared')
    await createTopic(plain, topic)
    const db = await openStore({ type: 'sqlite', path: ':memory:' })
    const first = await startKafkaReader(plain, { topics: [topic], db, most: 50 })
    await sendLines(plain, topic, lines(0, 1_000), { partitions: 4 })
    await until('some records', () => first.records.length > 200)
    const second = await startKafkaReader(plain, { topics: [topic], db, most: 50 })
    const sharesOf = (): number[] =>
      [first, second].map(({ source }) => source.figures?.().partitions.length ?? 0).sort()
    await until('both to have two partitions', () => sharesOf().join() === '2,2', 30_000)
    await sendLines(plain, topic, lines(1_000, 2_000), { partitions: 4 })
    await until('more records', () => second.records.length > 100)
    await second.stop()
    await sendLines(plain, topic, lines(2_000, 3_000), { partitions: 4 })
    await until('all records', () => first.records.length + second.records.length >= 3_000, 30_000)
    expect(idsOf([...first.records, ...second.records])).toEqual(idsTo(3_000))
    await first.stop()
    await db.close()
  }, 90_000)

  it('lets two who don’t know of each other read one partition, and each record counts once', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('rivals')
    await createTopic(plain, topic, { partitions: 2 })
    const db = await openStore({ type: 'sqlite', path: ':memory:' })
    await sendLines(plain, topic, lines(0, 2_000), { partitions: 2 })
    // Groups of their own: both are given every partition, and only the store keeps them apart.
    const rivals = await Promise.all(
      ['a', 'b'].map((group) =>
        startKafkaReader(plain, { topics: [topic], db, most: 100, group: uniqueName(`rival-${group}`) }),
      ),
    )
    const read = () => rivals.flatMap(({ records }) => records)
    await until('all records', () => read().length >= 2_000, 30_000)
    await sendLines(plain, topic, lines(2_000, 3_000), { partitions: 2 })
    await until('the rest', () => read().length >= 3_000, 30_000)
    expect(idsOf(read())).toEqual(idsTo(3_000))
    for (const one of rivals) await one.stop()
    await db.close()
  }, 90_000)
})
