import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { floorTo, HOUR, MINUTE } from '../../src/model/time.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { createTopic, kafkaClient, type KafkaServer, uniqueName, withAdmin, withKafka } from '../support/kafka.ts'
import { withPostgres } from '../support/postgres.ts'
import { writeProject } from '../support/project.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const KILLS = 5
const STAGE = 40_000
const PARTITIONS = 4
/** Of each stage's records so many come from kcat, into a topic of their own. */
const FROM_KCAT = 10_000
/** Producers' stamps: old enough that every minute of theirs is over. */
const BEGINNING = floorTo(Date.now(), HOUR) - 6 * HOUR

const CONTRACT = `event: Order Completed
versions:
  - version: 1
    schema: { type: object, required: [revenue], properties: { revenue: { type: number } } }
`

/** What the topics hold, as it must be counted. */
interface Expected {
  received: number
  invalid: number
  duplicates: number
  undecodable: number
  readonly minutes: Map<number, number>
}

/** One in ten is invalid, one in a hundred repeats the id that came before it in its partition, one in a thousand is no JSON. */
function lineOf(serial: number, id: string, before: string, expected: Expected): string {
  if (serial % 1_000 === 999) {
    expected.undecodable += 1
    return '{"type":"track","event":"Order'
  }
  expected.received += 1
  const isRepeat = serial % 100 === 50
  if (isRepeat) expected.duplicates += 1
  if (serial % 10 === 3) expected.invalid += 1
  const properties = { revenue: serial % 10 === 3 ? 'much' : serial / 100 }
  return JSON.stringify({ type: 'track', event: 'Order Completed', messageId: isRepeat ? before : id, properties })
}

withKafka('Assay on Kafka', (kafka: KafkaServer) => {
  withPostgres('two instances on Postgres', (postgres) => {
    const running: RunningAssay[] = []
    afterAll(async () => {
      for (const one of running) await one.kill()
    })

    describe.skipIf(!THOROUGH)(
      'killed five times over 200,000 records (long: each kill costs a session of the group)',
      () => {
        it('count every one once', async () => {
          const { plain } = await kafka.shared()
          const [sent, piped] = [uniqueName('sent'), uniqueName('piped')]
          for (const topic of [sent, piped]) await createTopic(plain, topic, { partitions: PARTITIONS })
          const url = await postgres.createDatabase()
          const store: StoreConfig = { type: 'postgres', url }
          const project = writeProject({
            'rules/assay.yaml': `version: 1
store: { type: postgres, url: { env: STORE } }
sources:
  - { id: stream, type: kafka, brokers: ["${plain}"], topics: [${sent}, ${piped}], group: ${sent}, format: { type: segment } }
`,
            'rules/domains/checkout/events/order_completed.yaml': CONTRACT,
          })
          const expected: Expected = { received: 0, invalid: 0, duplicates: 0, undecodable: 0, minutes: new Map() }
          const db = await openStore(store)
          const start = async (): Promise<RunningAssay> => {
            const one = await startAssay(project.config, { env: { STORE: url } })
            running.push(one)
            return one
          }
          const positions = async (): Promise<number> => {
            const rows = await db.all<{ position: string }>('select position from position where source = ?', [
              'stream',
            ])
            return rows.reduce((sum, { position }) => sum + Number(position), 0)
          }

          const producer = kafkaClient(plain).producer()
          await producer.connect()
          async function produce(stage: number): Promise<void> {
            for (let at = 0; at < STAGE - FROM_KCAT; at += 5_000) {
              const messages = Array.from({ length: 5_000 }, (_, index) => {
                const serial = at + index
                const stamp = BEGINNING + (stage * 6 + (serial % 6)) * MINUTE + (serial % MINUTE)
                const value = lineOf(serial, `s-${stage}-${serial}`, `s-${stage}-${serial - PARTITIONS}`, expected)
                const minute = floorTo(stamp, MINUTE)
                expected.minutes.set(minute, (expected.minutes.get(minute) ?? 0) + 1)
                return { value, partition: serial % PARTITIONS, timestamp: String(stamp) }
              })
              await producer.send({ topic: sent, messages })
            }
            const lines = Array.from({ length: FROM_KCAT }, (_, serial) =>
              lineOf(serial, `p-${stage}-${serial}`, `p-${stage}-${serial - 1}`, expected),
            )
            const flags = ['-P', '-b', plain, '-t', piped, '-p', String(stage % PARTITIONS), '-z', 'lz4']
            execFileSync('kcat', flags, { input: `${lines.join('\n')}\n` })
          }

          let one = await start()
          let other = await start()
          let midway = 0
          for (let kill = 0; kill < KILLS; kill++) {
            const before = await positions()
            await produce(kill)
            const after = before + 500
            await until('some to be counted', async () => (await positions()) >= after, 60_000)
            await one.kill()
            if ((await positions()) < (kill + 1) * STAGE) midway += 1
            one = other
            other = await start()
          }
          await producer.disconnect()
          const ends = await withAdmin(plain, async (admin) =>
            (await Promise.all([sent, piped].map((topic) => admin.fetchTopicOffsets(topic)))).flat(),
          )
          const end = ends.reduce((sum, { high }) => sum + Number(high), 0)
          expect(end).toBe(KILLS * STAGE)
          await until('everything to be counted', async () => (await positions()) === end, 90_000)

          const api = `${one.url}/api/v1/events?since=2026-01-01T00:00:00Z&until=2099-01-01T00:00:00Z`
          const told = (await (await fetch(api)).json()) as { events: readonly object[]; undecodable: number }
          const { minutes, undecodable, ...counts } = expected
          expect(told.events).toMatchObject([{ name: 'Order Completed', ...counts }])
          expect(told.undecodable).toBe(undecodable)
          const rows = await db.all<{ start: number; received: number }>(
            `select w.start as start, cast(sum(w.received) as bigint) as received from window_minute w
           join series s on s.id = w.series where s.source = 'stream' and w.start < ? group by w.start`,
            [BEGINNING + 30 * MINUTE],
          )
          expect(new Map(rows.map(({ start: minute, received }) => [minute, received]))).toEqual(minutes)
          const [ids] = await db.all<{ bytes: number }>(
            "select cast(sum(length(entries)) as bigint) as bytes from sighting where source = 'stream'",
          )
          expect((ids?.bytes ?? 0) / 12).toBe(counts.received)
          // Where all had been read before each kill, nothing has been shown.
          expect(midway).toBeGreaterThanOrEqual(2)

          expect(await one.stop()).toBe(0)
          expect(await other.stop()).toBe(0)
          await db.close()
          project.remove()
        }, 300_000)
      },
    )
  })
})
