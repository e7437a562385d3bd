import { expect, it } from 'vitest'
import { readProject } from '../../../../src/config/load.ts'
import type { DecodingAside } from '../../../../src/observe/aside/aside.ts'
import { createEarlyCheck } from '../../../../src/observe/check/early.ts'
import { createKafkaSource } from '../../../../src/observe/sources/kafka/kafka-source.ts'
import { compilePlan } from '../../../../src/plan/compile.ts'
import { createDecodeAside } from '../../../../src/runtime/decode-aside.ts'
import { createLog } from '../../../../src/runtime/log.ts'
import { openStore } from '../../../../src/store/open.ts'
import { sourceContract } from '../../../contract/source.ts'
import { createTopic, uniqueName, withKafka } from '../../../support/kafka.ts'
import { idsOf, idsTo, orderLine, sendLines } from '../../../support/kafka-lines.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { planOf } from '../../../support/plan.ts'
import { writeProject } from '../../../support/project.ts'
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

  it('comes to the same where a thread decodes beside it, while partitions change hands', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('aside')
    await createTopic(plain, topic)
    const db = await openStore({ type: 'sqlite', path: ':memory:' })
    const project = writeProject({})
    const { plan } = compilePlan(readProject(project.config).project, new Map(), false)
    if (plan === null) throw new Error('the configuration is not sound')
    const asides: DecodingAside[] = []
    let batches = 0
    const reader = () => {
      const deps = { id: 'stream', config: project.config, format: { type: 'segment' } as const, plan: () => plan }
      const aside = createDecodeAside({ ...deps, log: createLog(() => undefined, false), processors: 2, least: 20 })
      asides.push(aside)
      const counted: DecodingAside = {
        ...aside,
        decode: async (payloads) => {
          const batch = await aside.decode(payloads)
          if (batch !== null) batches += 1
          return batch
        },
      }
      return startKafkaReader(plain, { topics: [topic], db, plan, most: 50, aside: counted })
    }
    const first = await reader()
    await sendLines(plain, topic, [...lines(0, 4_000), null, '{'], { partitions: 4 })
    await until('some records', () => first.records.length > 200)
    const second = await reader()
    await sendLines(plain, topic, lines(4_000, 8_000), { partitions: 4 })
    const sharesOf = (): number[] =>
      [first, second].map(({ source }) => source.figures?.().partitions.length ?? 0).sort()
    await until('both to have two partitions', () => sharesOf().join() === '2,2', 30_000)
    await sendLines(plain, topic, lines(8_000, 12_000), { partitions: 4 })
    await until('the second to read', () => second.records.length > 100, 30_000)
    await sendLines(plain, topic, lines(12_000, 16_000), { partitions: 4 })
    await second.stop()
    await until('all records', () => first.records.length + second.records.length >= 16_002, 30_000)
    const read = [...first.records, ...second.records]
    expect(idsOf(read)).toEqual(idsTo(16_000))
    const refused = read.flatMap(({ decoded }) => (decoded.ok ? [] : [decoded.reason])).sort()
    expect(refused).toEqual(['empty', 'malformed_json'])
    expect(batches).toBeGreaterThan(10)
    await first.stop()
    for (const aside of asides) aside.close()
    await db.close()
    project.remove()
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
