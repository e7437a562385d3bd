import { spawn } from 'node:child_process'
import { logLevel, Kafka } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import { createKafkaCluster, type KafkaCluster } from '../../../support/kafka/cluster.ts'
import { uniqueName, withKafka } from '../../../support/kafka.ts'
import { idsOf, idsTo, orderLine } from '../../../support/kafka-lines.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { THOROUGH } from '../../../support/thorough.ts'
import { until } from '../../../support/until.ts'

const PARTITIONS = 3
const BATCH = 200

withKafka('three brokers', () => {
  let cluster: KafkaCluster | null = null
  afterEach(() => cluster?.remove())

  it.skipIf(!THOROUGH)(
    'of which the one that leads is killed, twice, while records are read: each record counts once (long: three JVMs)',
    async () => {
      const { brokers, kill, start } = await createKafkaCluster(3).then((made) => {
        cluster = made
        return made
      })
      const client = new Kafka({
        brokers: [...brokers],
        logLevel: logLevel.NOTHING,
        retry: { retries: 60, initialRetryTime: 200, maxRetryTime: 1_000 },
      })
      const admin = client.admin()
      const topic = uniqueName('replicated')
      const leaderOf = async (partition: number): Promise<number> => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
        return topics[0]?.partitions.find((one) => one.partitionId === partition)?.leader ?? -1
      }
      const nodesUp = async (): Promise<number> => (await admin.describeCluster()).brokers.length
      await until('three nodes', async () => (await admin.connect().then(nodesUp, () => 0)) === 3, 60_000)
      await admin.createTopics({
        waitForLeaders: false,
        topics: [{ topic, numPartitions: PARTITIONS, replicationFactor: 3 }],
      })
      await until('leaders', async () => (await leaderOf(PARTITIONS - 1).catch(() => -1)) > 0, 30_000)

      // librdkafka numbers its batches, and sends each until it is acknowledged.
      const producer = spawn(
        'kcat',
        [
          ...['-P', '-b', brokers.join(','), '-t', topic, '-X', 'enable.idempotence=true'],
          ...['-X', 'linger.ms=20', '-X', 'message.timeout.ms=120000'],
        ],
        { stdio: ['pipe', 'ignore', 'ignore'] },
      )
      const ended = new Promise<number | null>((done) => producer.once('exit', done))
      let sent = 0
      const sending = setInterval(() => {
        const lines = Array.from({ length: BATCH }, (_, index) => `${orderLine(sent + index)}\n`).join('')
        sent += BATCH
        producer.stdin.write(lines)
      }, 200)
      const reader = await startKafkaReader('', {
        topics: [topic],
        access: { brokers: brokers, tls: false, sasl: null },
        most: 500,
      })
      for (const round of [1, 2]) {
        await until('records to come', () => reader.records.length > 1_000 * round, 30_000)
        const killed = await leaderOf(0)
        await kill(killed)
        await until('another leader', async () => ![killed, -1].includes(await leaderOf(0).catch(() => -1)), 30_000)
        const read = reader.records.length
        await until('records from it', () => reader.records.length > read + 1_000, 90_000)
        start(killed)
        await until('three nodes again', async () => (await nodesUp().catch(() => 0)) === 3, 60_000)
      }
      clearInterval(sending)
      producer.stdin.end()
      expect(await ended).toBe(0)
      const ends = await admin.fetchTopicOffsets(topic)
      const inTheLog = ends.reduce((sum, { high }) => sum + Number(high), 0)
      await until('the end', () => reader.records.length >= inTheLog, 60_000)
      expect(reader.records.length).toBe(inTheLog)
      const positions = await reader.positions()
      for (const { partition, high } of ends) expect(positions.get(`${topic}-${partition}`)).toBe(high)
      const places = reader.records.map(({ partition, position }) => `${partition} ${position}`)
      expect(new Set(places).size).toBe(inTheLog)
      expect(idsOf(reader.records)).toEqual(idsTo(sent))
      expect(reader.source.figures?.().lost).toBe(0)
      await until('all to be well', () => reader.source.state().state === 'running')
      await reader.stop()
      await admin.disconnect()
    },
    240_000,
  )
})
