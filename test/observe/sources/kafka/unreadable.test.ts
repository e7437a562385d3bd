import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fc from 'fast-check'
import kafkajs from 'kafkajs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ArrivedRecord } from '../../../../src/model/record.ts'
import { installCodecs } from '../../../../src/observe/sources/kafka/codecs.ts'
import { unreadableAnswer } from '../../../../src/observe/sources/kafka/unreadable.ts'
import { readHere, readRecords } from '../../../../src/observe/sources/kafka/records.ts'
import { createDecoder } from '../../../../src/observe/decode/decode.ts'
import { COMPACTED_SOON, createTopic, kafkaClient, uniqueName, withKafka } from '../../../support/kafka.ts'
import { idsOf, orderLine, sendLines } from '../../../support/kafka-lines.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { until } from '../../../support/until.ts'
import { runsOf, THOROUGH } from '../../../support/thorough.ts'

/** The client's own parts, below what it exports. */
const inner = createRequire(import.meta.url)
const { RecordBatch } = inner('kafkajs/src/protocol/recordBatch/v0/index.js')
const Record = inner('kafkajs/src/protocol/recordBatch/record/v0/index.js')
const Encoder = inner('kafkajs/src/protocol/encoder.js')
const Batch = inner('kafkajs/src/consumer/batch.js')

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

/** An answer to Fetch, version 11, of one partition. */
function answerOf(records: Buffer, end: number): Buffer {
  return new Encoder()
    .writeInt32(0)
    .writeInt16(0)
    .writeInt32(0)
    .writeArray([
      new Encoder()
        .writeString('t')
        .writeArray([
          new Encoder()
            .writeInt32(3)
            .writeInt16(0)
            .writeInt64(end)
            .writeInt64(end)
            .writeInt64(0)
            .writeArray([])
            .writeInt32(-1)
            .writeInt32(records.length)
            .writeBuffer(records),
        ]),
    ]).buffer
}

/** What the client makes of such an answer when `from` was asked for: its batch. */
async function fetched(batches: readonly Buffer[], { from = 0, end = 1_000_000_000 } = {}) {
  const { responses } = await inner('kafkajs/src/protocol/requests/fetch/v11/response.js').decode(
    answerOf(Buffer.concat(batches), end),
  )
  const [{ topicName, partitions }] = responses
  return new Batch(topicName, String(from), partitions[0])
}

/** What is read of it. */
async function read(...batches: readonly Buffer[]): Promise<string[]> {
  const { messages } = await fetched(batches)
  const into: ArrivedRecord[] = []
  const here = readHere(createDecoder({ type: 'segment' }), (decoded) => ({ decoded, judged: null }))
  readRecords({ key: 't-0', messages, from: 0, to: 0, fetchedAt: STARTED }, into, here)
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

  it('that isn’t compressed is passed over, and where it comes first in an answer as well', async () => {
    const [first, last] = await Promise.all([batchOf([orderLine(0)], 0, 0), batchOf([orderLine(4)], 0, 4)])
    const batch = await batchOf([orderLine(1), orderLine(2), orderLine(3)], 0, 1)
    // A record's length, the number of records, the last offset, the length of the batch.
    for (const [at, byte] of [
      [61, 0x40],
      [60, 0x01],
      [57, 0x7f],
      [26, 0x01],
      [23, 0x7f],
    ] as const) {
      expect(await read(first, damaged(batch, at, byte), last), `byte ${at}`).toEqual(
        at === 60 ? ['0 m-0', '1 undecodable_batch', '3 undecodable_batch', '4 m-4'] : READ_AROUND,
      )
      const [, ...behind] = await read(damaged(batch, at, byte), last)
      expect(behind.at(-1)).toBe('4 m-4')
    }
  })

  it('is one that isn’t as it was written: a producer’s odd time stamps are its own', async () => {
    const records = [orderLine(0), orderLine(1)].map((value, offsetDelta) =>
      Record({ offsetDelta, timestampDelta: 5_000, value }),
    )
    const { buffer } = await RecordBatch({
      compression: 0,
      firstOffset: 0n,
      firstTimestamp: STARTED,
      maxTimestamp: STARTED,
      lastOffsetDelta: 1,
      records,
    })
    expect(await read(buffer)).toEqual(['0 m-0 at another time', '1 m-1 at another time'])
    expect(await read(damaged(buffer, 17))).toEqual(['0 undecodable_batch', '1 undecodable_batch'])
  })

  it('doesn’t stop what stands before and behind it, whichever byte is damaged and however', async () => {
    const layout = [
      { first: 0, bytes: await batchOf([orderLine(0)], 0, 0) },
      { first: 1, bytes: await batchOf([orderLine(1), orderLine(2), orderLine(3)], 0, 1) },
      { first: 4, bytes: await batchOf([orderLine(4)], 0, 4) },
      { first: 5, bytes: await batchOf([orderLine(5)], 0, 5) },
    ]
    const size = layout[1]?.bytes.length ?? 0
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(60), fc.nat(size - 1)),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, byte, startsThere) => {
          const batches = layout.map((one) => (one.first === 1 ? { ...one, bytes: damaged(one.bytes, at, byte) } : one))
          const ids: string[] = []
          // As a broker and the client do: from the batch that holds the offset on, until nothing is left.
          let from = startsThere ? 1 : 0
          for (let fetches = 0; from < 6; fetches++) {
            expect(fetches).toBeLessThan(8)
            const holding = batches.filter(
              ({ first }, index) => from < (batches[index + 1]?.first ?? 6) || first >= from,
            )
            const batch = await fetched(
              holding.map(({ bytes }) => bytes),
              { from, end: 6 },
            )
            ids.push(...batch.messages.map(({ offset }: { offset: string }) => offset))
            expect(Number(batch.lastOffset())).toBeGreaterThanOrEqual(from)
            from = Number(batch.lastOffset()) + 1
          }
          if (!startsThere) expect(ids[0]).toBe('0')
          expect(ids.slice(-2)).toEqual(['4', '5'])
          expect(ids).toEqual([...new Set(ids)])
          expect(ids.some((offset) => ['1', '2', '3'].includes(offset))).toBe(true)
        },
      ),
      { ...runsOf(3_000), seed: 1 },
    )
  })

  it('is a failure that says where, or stand-ins, whatever bytes come', async () => {
    const batch = await batchOf([orderLine(1), orderLine(2)], 0, 1)
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(batch.length), fc.uint8Array({ maxLength: 40 })).map(([at, bytes]) => {
        const copy = Buffer.from(batch)
        copy.set(bytes.slice(0, batch.length - at), at)
        return copy
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 3 }), async (parts) => {
        const thrown = await fetched(parts, { end: 10_000 }).then(
          () => null,
          (error: unknown) => error,
        )
        if (thrown !== null) expect(thrown).toMatchObject({ code: 'kafka_batch_unreadable' })
      }),
      { ...runsOf(5_000), seed: 2 },
    )
  })

  it('and shows nothing behind it that tells where it ends stops, and says where', async () => {
    const batch = await batchOf([orderLine(1), orderLine(2)], ZSTD, 70)
    await expect(read(damaged(batch, 57, 0x7f))).rejects.toMatchObject({
      code: 'kafka_batch_unreadable',
      message: expect.stringContaining('the batch of records at offset 70 of t-3'),
    })
  })
})

describe('a batch that compaction has emptied', () => {
  const emptied = async (firstOffset: number, lastOffsetDelta: number): Promise<Buffer> => {
    const { buffer } = await RecordBatch({
      compression: 0,
      firstOffset: BigInt(firstOffset),
      firstTimestamp: STARTED,
      maxTimestamp: STARTED,
      lastOffsetDelta,
      producerId: 7n,
      records: [],
    })
    return buffer
  }

  it('is gone past, alone in an answer or at its end', async () => {
    const alone = await fetched([await emptied(70, 4)], { from: 70 })
    expect([alone.isEmptyDueToFiltering(), alone.lastOffset(), alone.messages.length]).toEqual([true, '74', 0])
    const atEnd = await fetched([await batchOf([orderLine(1)], GZIP, 69), await emptied(70, 4)], { from: 69 })
    expect([atEnd.messages.length, atEnd.lastOffset()]).toEqual([1, '74'])
  })

  it('in part, at its end, is gone past at once', async () => {
    const batch = await batchOf([orderLine(1)], 0, 70)
    batch.writeInt32BE(900, 23)
    const read = await fetched([batch], { from: 70 })
    expect([read.messages.length, read.lastOffset()]).toEqual([1, '970'])
  })
})

describe('an answer that the client makes nothing of', () => {
  it('is told from brokers that can’t be reached, and names where it was read', async () => {
    const claimed = damaged(await batchOf([orderLine(1)], ZSTD, 70), 57, 0x7f)
    const thrown = await read(claimed).catch((error: unknown) => error)
    const failure = unreadableAnswer(new Error('wrapped by the client', { cause: thrown }), new Map([['t-3', 70]]))
    expect(failure).toMatchObject({ code: 'kafka_batch_unreadable', retryable: true })
    expect(failure?.message).toContain('t-3 from 70')
    expect(failure?.remedy).toContain('kafka-delete-records')
    expect(unreadableAnswer(new Error('connect ECONNREFUSED'), new Map())).toBeNull()
  })
})

withKafka('a decompression bomb', (kafka) => {
  it.skipIf(!THOROUGH)(
    'becomes one undecodable record, and stops neither its partition nor others (66 MB through a broker, 3 s of the processor: with ASSAY_REQUIRE=all)',
    async () => {
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
    },
  )
})

withKafka('records damaged on the broker’s disk', (kafka) => {
  it('are passed over, counted and said, and stop neither what is behind them nor other partitions', async () => {
    const { plain, data } = await kafka.shared()
    const topic = uniqueName('damaged')
    await createTopic(plain, topic, { partitions: 2 })
    await sendLines(plain, topic, [orderLine(0), orderLine(1)], { partitions: 2 })
    const log = join(data, `${topic}-0`, '00000000000000000000.log')
    const before = statSync(log).size
    // Three records in one batch, that isn't compressed.
    await sendLines(plain, topic, [orderLine(2), orderLine(3), orderLine(4)])
    await sendLines(plain, topic, [orderLine(5), orderLine(6)], { partitions: 2 })
    const file = openSync(log, 'r+')
    // The length of its first record.
    writeSync(file, Buffer.from([0x7f]), 0, 1, before + 61)
    closeSync(file)
    const reader = await startKafkaReader(plain, { topics: [topic] })
    await until('seven records', () => reader.records.length === 7)
    const told = reader.records
      .filter(({ partition }) => partition === `${topic}-0`)
      .map(({ position, decoded }) => `${position} ${decoded.ok ? decoded.id : decoded.reason}`)
    expect(told).toEqual(['0 m-0', '1 undecodable_batch', '2 undecodable_batch', '3 undecodable_batch', '4 m-5'])
    expect(idsOf(reader.records)).toEqual(['m-0', 'm-1', 'm-5', 'm-6'])
    expect(reader.log.filter((line) => line.includes('passed over'))).toEqual([
      `${topic}-0: counted as undecodable and passed over. The batch of 3 records at offset 1: a record’s length is wrong`,
    ])
    expect(reader.failures).toEqual([])
    await reader.stop()
  })
})

const SEGMENT = 1_048_576

withKafka('batches that compaction has emptied', (kafka) => {
  it('hold up neither reading nor the watermark, with nothing but them before the end', async () => {
    const { plain, data } = await kafka.shared()
    const topic = uniqueName('emptied')
    await createTopic(plain, topic, {
      partitions: 1,
      config: {
        ...COMPACTED_SOON,
        'segment.bytes': String(SEGMENT),
      },
    })
    // It fills its segment, so that the emptied batch before it stays alone in one of its own, and so in an answer.
    const full = SEGMENT - 100 - orderLine(1, { padding: '' }).length
    const large = (index: number): string => orderLine(index, { padding: 'x'.repeat(full) })
    // The broker keeps the last batch of a producer that numbers its batches, without its records.
    const producer = kafkaClient(plain).producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    await producer.send({ topic, messages: [{ key: 'k', value: large(0) }] })
    await producer.disconnect()
    await sendLines(plain, topic, [large(1)], { key: 'k' })
    let rolled = 0
    await until(
      'compaction',
      async () => {
        // The segment under way is rolled by what comes into it.
        await sendLines(plain, topic, [orderLine(100)], { key: 'roll' })
        rolled += 1
        const first = readFileSync(join(data, `${topic}-0`, '00000000000000000000.log'))
        return first.length === 61 && first.readInt32BE(57) === 0
      },
      40_000,
    )
    const reader = await startKafkaReader(plain, { topics: [topic] })
    await until('the end', () => reader.source.figures?.().partitions[0]?.records === 0)
    expect((await reader.positions()).get(`${topic}-0`)).toBe(String(2 + rolled))
    await until('a watermark', async () => {
      const [partition] = (await reader.progress())?.partitions ?? []
      return Date.now() - (partition?.observedUntil ?? 0) < 70_000
    })
    expect([...new Set(idsOf(reader.records))]).toEqual(['m-1', 'm-100'])
    await reader.stop()
  }, 60_000)
})
