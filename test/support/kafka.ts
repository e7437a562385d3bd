import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { describe } from 'vitest'
import { createKafkaBroker, type KafkaBroker } from './kafka/broker.ts'
import { whyNoKafka } from './kafka/jars.ts'
import { until } from './until.ts'
import { describeAbsent } from './absent.ts'

const run = process.env['VITEST'] === undefined ? process.pid : process.ppid
const shared = join(tmpdir(), `assay-kafka-of-${run}`)

/** What the shared broker tells: it can't be stopped, since other test files use it. */
export type SharedKafka = Pick<KafkaBroker, 'plain' | 'sasl' | 'tls' | 'certificate' | 'data'>

/** A test file's way to Kafka. */
export interface KafkaServer {
  /** The broker that all test files of a run share; it starts with the first. Topics and groups need names of one's own. */
  shared(): Promise<SharedKafka>
  /** A broker that may be stopped and killed. */
  own(): Promise<KafkaBroker>
}

/** Registers tests that need Kafka. Without Java and Maven they are skipped and say why; with ASSAY_REQUIRE=all that is a failure. */
export function withKafka(name: string, tests: (kafka: KafkaServer) => void): void {
  const reason = whyNoKafka()
  if (reason === null) {
    let broker: Promise<SharedKafka> | null = null
    describe(name, () =>
      tests({
        shared: () => {
          broker ??= sharedBroker()
          return broker
        },
        own: () => createKafkaBroker(),
      }),
    )
    return
  }
  describeAbsent(name, 'broker', reason)
}

/** A name that no other test has: for topics and groups. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}

/** A quiet client of a broker. */
export function kafkaClient(broker: string): Kafka {
  return new Kafka({ clientId: 'test', brokers: [broker], logLevel: logLevel.NOTHING })
}

/** Configuration of a topic that is compacted as soon as what comes next rolls its segment. */
export const COMPACTED_SOON = {
  'cleanup.policy': 'compact',
  'segment.ms': '100',
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '100',
} as const

/** Makes a topic and waits until each of its partitions has a leader. */
export async function createTopic(
  broker: string,
  topic: string,
  { partitions = 4, config = {} }: { partitions?: number; config?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  await withAdmin(broker, (admin) =>
    admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: 1,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
    }),
  )
  // A broker that has just started doesn't know at once what it made.
  await until(`topic ${topic}`, () =>
    withAdmin(broker, async (admin) => (await admin.fetchTopicOffsets(topic)).length === partitions).catch(() => false),
  )
}

/** Runs `work` with an admin client of the broker. */
export async function withAdmin<Result>(broker: string, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafkaClient(broker).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** The first to make the folder starts the broker; the others wait for its addresses. */
async function sharedBroker(): Promise<SharedKafka> {
  const file = join(shared, 'broker.json')
  try {
    mkdirSync(shared)
  } catch {
    return until('the shared Kafka', () => readShared(file), 60_000)
  }
  const { plain, sasl, tls, certificate, data } = await createKafkaBroker({ user: run, left: shared })
  // The first that asks for a group has its coordinator loaded, and is refused until it is.
  await until('the coordinator of groups', () =>
    withAdmin(plain, (admin) => admin.fetchOffsets({ groupId: 'first' })).then(
      () => true,
      () => false,
    ),
  )
  const told: SharedKafka = { plain, sasl, tls, certificate, data }
  writeFileSync(`${file}.new`, JSON.stringify(told))
  renameSync(`${file}.new`, file)
  return told
}

function readShared(file: string): SharedKafka | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SharedKafka
  } catch {
    return null
  }
}
