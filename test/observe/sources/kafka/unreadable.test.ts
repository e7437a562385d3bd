import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ArrivedRecord } from '../../../../src/model/record.ts'
import { installCodecs } from '../../../../src/observe/sources/kafka/codecs.ts'
import { unreadableAnswer } from '../../../../src/observe/sources/kafka/unreadable.ts'
import { readRecords } from '../../../../src/observe/sources/kafka/records.ts'
import { createDecoder } from '../../../../src/observe/decode/decode.ts'
import { createTopic, kafkaClient, uniqueName, withKafka } from '../../../support/kafka.ts'
import { orderLine, sendLines } from '../../../support/kafka-lines.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { until } from '../../../support/until.ts'

/** The client's own parts, below what it exports. */
const inner = createRequire(import.meta.url)
const { RecordBatch } = inner('kafkajs/src/protocol/recordBatch/v0/index.js')
const Record = inner('kafkajs/src/protocol/recordBatch/record/v0/index.js')
const Encoder = inner('kafkajs/src/protocol/encoder.js')
const Decoder = inner('kafkajs/src/protocol/decoder.js')
const decodeMessages = inner('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js')

const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes
const CODECS: Record<string, number> = { gzip: GZIP, snappy: Snappy, lz4: LZ4, zstd: ZSTD }
const STARTED = 1_772_438_400_000

/** A record batch as a producer sends it, at an offset as a broker stores it. */
async function batchOf(
  values: readonly (string | Buffer)[],
  compression: number,
  firstOffset: number,
): Promise<Buffer> {
  const records = values.map((value, offsetDelta) => Record({ offsetDelta, timestampDelta: 0, value }))
  const { buffer } = await RecordBatch({
    compression,
    firstOffset: BigInt(firstOffset),
    firstTimestamp: STARTED,
    maxTimestamp: STARTED,
    lastOffsetDelta: values.length - 1,
    records,
  })
  return buffer
}

/** What the client makes of a partition's part of an answer, and the source of that. */
async function read(...batches: readonly Buffer[]): Promise<string[]> {
  const all = Buffer.concat(batches)
  const messages = await decodeMessages(new Decoder(new Encoder().writeInt32(all.length).writeBuffer(all).buffer))
  const into: ArrivedRecord[] = []
  readRecords({ key: 't-0', messages, from: 0, to: 0, fetchedAt: STARTED }, into, {
    decode: createDecoder({ type: 'segment' }),
    early: (decoded) => ({ decoded, judged: null }),
  })
  return into.map(
    ({ position, arrivedAt, decoded }) =>
      `${position} ${decoded.ok ? decoded.id : decoded.reason}${arrivedAt === STARTED ? '' : ' at another time'}`,
  )
}

function damaged(batch: Buffer, at: number, byte = 0xff): Buffer {
  const copy = Buffer.from(batch)
  copy[at] = (copy[at] ?? 0) ^ byte
  return copy
}

const READ_AROUND = ['0 m-0', '1 undecodable_batch', '2 undecodable_batch', '3 undecodable_batch', '4 m-4']

describe('a batch that can’t be read', () => {
  beforeAll(() => installCodecs(kafkajs))

  it.each(Object.entries(CODECS))(
    'of %s is passed over, whether damaged or larger than memory',
    async (_name, codec) => {
      const [first, last] = await Promise.all([batchOf([orderLine(0)], codec, 0), batchOf([orderLine(4)], codec, 4)])
      const lines = [orderLine(1), orderLine(2), orderLine(3)]
      const batch = await batchOf(lines, codec, 1)
      expect(await read(first, batch, last)).toEqual(['0 m-0', '1 m-1', '2 m-2', '3 m-3', '4 m-4'])
      for (const at of [61, 70, batch.length - 1]) {
        expect(await read(first, damaged(batch, at), last)).toEqual(READ_AROUND)
      }
      const bomb = await batchOf([orderLine(1), Buffer.alloc(66 * 1024 * 1024, 'a'), orderLine(3)], codec, 1)
      expect(bomb.length).toBeLessThan(4 * 1024 * 1024)
      expect(await read(first, bomb, last)).toEqual(READ_AROUND)
    },
  )

  it('of an unknown compression is passed over, with holes at its end', async () => {
    const batch = await batchOf([orderLine(1), orderLine(2)], ZSTD, 1)
    const unknown = damaged(batch, 22, 0x01)
    expect(await read(unknown, await batchOf([orderLine(4)], ZSTD, 4))).toEqual([
      '1 undecodable_batch',
      '2 undecodable_batch',
      '4 m-4',
    ])
    // Compaction leaves the last offset of a batch as it was.
    const holey = damaged(batch, 25, 0x23)
    expect(await read(holey)).toEqual(['1 undecodable_batch', `${1 + 0x2301} undecodable_batch`])
  })

  it('that claims more records than can be held stops, and says where', async () => {
    const batch = await batchOf([orderLine(1), orderLine(2)], ZSTD, 70)
    await expect(read(damaged(batch, 57, 0x7f))).rejects.toMatchObject({
      code: 'kafka_batch_unreadable',
      message: expect.stringContaining('the batch of records at offset 70'),
    })
  })
})

describe('an answer that the client makes nothing of', () => {
  it('is told from brokers that can’t be reached, and names where it was read', async () => {
    const plain = damaged(await batchOf([orderLine(1), orderLine(2)], 0, 70), 61, 0x40)
    const thrown = await read(plain).catch((error: unknown) => error)
    const failure = unreadableAnswer(new Error('wrapped by the client', { cause: thrown }), new Map([['t-3', 70]]))
    expect(failure).toMatchObject({ code: 'kafka_batch_unreadable', retryable: true })
    expect(failure?.message).toContain('t-3 from 70')
    expect(unreadableAnswer(new Error('connect ECONNREFUSED'), new Map())).toBeNull()
    const claimed = damaged(await batchOf([orderLine(1)], ZSTD, 70), 57, 0x7f)
    const refused = await read(claimed).catch((error: unknown) => error)
    expect(unreadableAnswer(new Error('wrapped', { cause: refused }), new Map())?.remedy).toContain('to offset 71')
  })
})

withKafka('a decompression bomb', (kafka) => {
  it('becomes one undecodable record, and stops neither its partition nor others', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('bomb')
    await createTopic(plain, topic, { partitions: 2 })
    await installCodecs(kafkajs)
    await sendLines(plain, topic, [orderLine(0), orderLine(1)], { partitions: 2 })
    const producer = kafkaClient(plain).producer()
    await producer.connect()
    const value = Buffer.alloc(66 * 1024 * 1024)
    await producer.send({ topic, compression: ZSTD, messages: [{ value, partition: 0 }] })
    await producer.disconnect()
    await sendLines(plain, topic, [orderLine(2), orderLine(3)], { partitions: 2 })
    const reader = await startKafkaReader(plain, { topics: [topic] })
    await until('five records', () => reader.records.length === 5)
    const told = reader.records.map(
      ({ position, decoded }) => `${position} ${decoded.ok ? decoded.id : decoded.reason}`,
    )
    expect(told.sort()).toEqual(['0 m-0', '0 m-1', '1 m-3', '1 undecodable_batch', '2 m-2'])
    const [excerpt] = reader.records.flatMap(({ decoded }) => (decoded.ok ? [] : [decoded.excerpt]))
    expect(excerpt).toContain('The batch of 1 records at offset 1')
    expect(reader.failures).toEqual([])
    await reader.stop()
  })
})
