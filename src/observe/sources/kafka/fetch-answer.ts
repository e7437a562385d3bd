import { createRequire } from 'node:module'
import { partitionKey } from './partition.ts'
import type { Message } from './batch-records.ts'
import { readBatches, type Unpack } from './record-batches.ts'
import { unreadableBatch } from './unreadable.ts'

/** The client's reader of an answer's bytes, as far as it is used here. */
interface ClientDecoder {
  readonly readInt16: () => number
  readonly readInt32: () => number
  readonly readInt64: () => bigint
  readonly readString: () => string
  readonly readBytes: (size: number) => Buffer
  readonly canReadBytes: (size: number) => boolean
  readonly readArray: <Item>(read: (decoder: ClientDecoder) => Item) => Item[]
  readonly readArrayAsync: <Item>(read: (decoder: ClientDecoder) => Promise<Item>) => Promise<Item[]>
}

interface ClientParts {
  readonly Decoder: new (bytes: Buffer) => ClientDecoder
  /** Reads the formats before record batches (Kafka 0.10 and older). */
  readonly readMessageSet: (decoder: ClientDecoder, size: number) => Promise<Message[]>
}

/** The versions of Fetch that carry record batches; the client speaks no later one. */
const VERSIONS = [4, 5, 6, 7, 8, 9, 10, 11]

/**
 * Gives the client a reader of fetched records in the place of its own, which stops for good at a damaged batch and asks for ever
 * for one that compaction has emptied. kafkajs 2.2.4 looks up the reader of each version's answer anew at each request.
 */
export function installReader(unpack: Unpack): void {
  const inner = createRequire(import.meta.url)
  const parts: ClientParts = {
    Decoder: inner('kafkajs/src/protocol/decoder.js'),
    readMessageSet: inner('kafkajs/src/protocol/messageSet/decoder.js'),
  }
  for (const version of VERSIONS) {
    const response = inner(`kafkajs/src/protocol/requests/fetch/v${version}/response.js`) as {
      decode: (bytes: Buffer) => Promise<object>
    }
    response.decode = (bytes) => readAnswer(bytes, version, parts, unpack)
  }
}

/** An answer to Fetch: https://kafka.apache.org/protocol#The_Messages_Fetch. */
async function readAnswer(bytes: Buffer, version: number, parts: ClientParts, unpack: Unpack): Promise<object> {
  const decoder = new parts.Decoder(bytes)
  const throttled = decoder.readInt32()
  const session = version >= 7 ? { errorCode: decoder.readInt16(), sessionId: decoder.readInt32() } : {}
  const responses = await decoder.readArrayAsync(async (topic) => {
    const topicName = topic.readString()
    const partitions = await topic.readArrayAsync((partition) =>
      readPartition(partition, topicName, version, parts, unpack),
    )
    return { topicName, partitions }
  })
  // From version 8 on the broker doesn't wait, it asks the client to.
  const throttle = version >= 8 ? { throttleTime: 0, clientSideThrottleTime: throttled } : { throttleTime: throttled }
  return { ...throttle, ...session, responses }
}

async function readPartition(
  decoder: ClientDecoder,
  topic: string,
  version: number,
  parts: ClientParts,
  unpack: Unpack,
): Promise<object> {
  const partition = decoder.readInt32()
  const errorCode = decoder.readInt16()
  const highWatermark = decoder.readInt64()
  const lastStableOffset = decoder.readInt64()
  const start = version >= 5 ? { lastStartOffset: String(decoder.readInt64()) } : {}
  const abortedTransactions = decoder.readArray((aborted) => ({
    producerId: String(aborted.readInt64()),
    firstOffset: String(aborted.readInt64()),
  }))
  const replica = version >= 11 ? { preferredReadReplica: decoder.readInt32() } : {}
  const size = decoder.readInt32()
  const bytes = size > 0 && decoder.canReadBytes(size) ? decoder.readBytes(size) : null
  const place = partitionKey(topic, partition)
  const end = errorCode === 0 ? Number(highWatermark) : Number.MAX_SAFE_INTEGER
  return {
    partition,
    errorCode,
    highWatermark: String(highWatermark),
    lastStableOffset: String(lastStableOffset),
    ...start,
    abortedTransactions,
    ...replica,
    messages: bytes === null ? [] : await readMessages(bytes, place, end, parts, unpack),
  }
}

async function readMessages(
  bytes: Buffer,
  place: string,
  end: number,
  { Decoder, readMessageSet }: ClientParts,
  unpack: Unpack,
): Promise<Message[]> {
  const { messages, olderFrom } = await readBatches({ bytes, place, end }, unpack)
  if (olderFrom === null) return messages
  const older = bytes.subarray(olderFrom)
  try {
    return [...messages, ...(await readMessageSet(new Decoder(older), older.length))]
  } catch (error) {
    if (messages.length > 0) return messages
    throw unreadableBatch(place, null, error instanceof Error ? error.message : String(error))
  }
}
