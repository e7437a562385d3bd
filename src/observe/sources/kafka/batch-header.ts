import { crc32 } from 'node:zlib'

/** The header of a record batch, format 2: https://kafka.apache.org/documentation/#recordbatch. Byte offsets into it. */
export const HEADER = 61
const LENGTH = 8
const EPOCH = 12
const MAGIC = 16
export const CHECKSUM = 17
export const ATTRIBUTES = 21
const LAST_OFFSET_DELTA = 23
const FIRST_TIMESTAMP = 27
const MAX_TIMESTAMP = 35
const PRODUCER = 43
const PRODUCER_EPOCH = 51
const SEQUENCE = 53
const RECORDS = 57
/** What `length` doesn't count: the first offset and itself. */
const UNCOUNTED = 12

const COMPRESSION = 0x07
const APPEND_TIME = 0x08
const TRANSACTION = 0x10
const CONTROL = 0x20

/** More records no producer puts in a batch, and each becomes an object. */
const MOST_RECORDS = 1_000_000

/** What a batch says of itself. The names of `context` are the client's, which looks for them. */
export interface BatchHeader {
  readonly firstOffset: number
  readonly lastOffsetDelta: number
  /** How many records it has: fewer than offsets where compaction took some, none where it took all. */
  readonly records: number
  readonly compression: number
  readonly firstTimestamp: number
  readonly maxTimestamp: number
  readonly context: BatchContext
  /** Its first byte and the one after its last, in what holds it. */
  readonly start: number
  readonly end: number
}

export interface BatchContext {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly partitionLeaderEpoch: number
  readonly inTransaction: boolean
  readonly isControlBatch: boolean
  readonly lastOffsetDelta: number
  readonly producerId: string
  readonly producerEpoch: number
  readonly firstSequence: number
  readonly maxTimestamp: string
  /** 0: the producer's, 1: the broker's. */
  readonly timestampType: number
  readonly magicByte: number
}

/** What stands at `start`: a batch, one of an older format, the beginning of one that is cut off by the end, or no batch at all. */
export function readHeader(bytes: Buffer, start: number): BatchHeader | 'older format' | 'cut off' | 'no batch' {
  if (bytes.length - start < MAGIC + 1) return 'cut off'
  const magic = bytes[start + MAGIC]
  const length = bytes.readInt32BE(start + LENGTH)
  const end = start + UNCOUNTED + length
  const isOlder = magic === 0 || magic === 1
  if (!(magic === 2 && length >= HEADER - UNCOUNTED) && !(isOlder && length > MAGIC - UNCOUNTED)) return 'no batch'
  if (end > bytes.length) return 'cut off'
  if (isOlder) {
    // Its checksum stands where later formats have the epoch, and begins with the magic byte.
    const isWhole = crc32(bytes.subarray(start + MAGIC, end)) === bytes.readUInt32BE(start + EPOCH)
    return isWhole ? 'older format' : 'no batch'
  }
  const attributes = bytes.readInt16BE(start + ATTRIBUTES)
  const firstOffset = bytes.readBigInt64BE(start)
  const firstTimestamp = bytes.readBigInt64BE(start + FIRST_TIMESTAMP)
  const maxTimestamp = bytes.readBigInt64BE(start + MAX_TIMESTAMP)
  const lastOffsetDelta = bytes.readInt32BE(start + LAST_OFFSET_DELTA)
  return {
    firstOffset: Number(firstOffset),
    lastOffsetDelta,
    records: bytes.readInt32BE(start + RECORDS),
    compression: attributes & COMPRESSION,
    firstTimestamp: Number(firstTimestamp),
    maxTimestamp: Number(maxTimestamp),
    context: {
      firstOffset: String(firstOffset),
      firstTimestamp: String(firstTimestamp),
      partitionLeaderEpoch: bytes.readInt32BE(start + EPOCH),
      inTransaction: (attributes & TRANSACTION) !== 0,
      isControlBatch: (attributes & CONTROL) !== 0,
      lastOffsetDelta,
      producerId: String(bytes.readBigInt64BE(start + PRODUCER)),
      producerEpoch: bytes.readInt16BE(start + PRODUCER_EPOCH),
      firstSequence: bytes.readInt32BE(start + SEQUENCE),
      maxTimestamp: String(maxTimestamp),
      timestampType: (attributes & APPEND_TIME) !== 0 ? 1 : 0,
      magicByte: magic,
    },
    start,
    end,
  }
}

/** Whether what it says of its records can be: not more than can be held, nor more than it has offsets. */
export function isSane({ records, lastOffsetDelta, firstOffset }: BatchHeader): boolean {
  return (
    firstOffset >= 0 &&
    Number.isSafeInteger(firstOffset + lastOffsetDelta) &&
    records >= 0 &&
    records <= MOST_RECORDS &&
    lastOffsetDelta >= Math.max(0, records - 1) &&
    // Compaction keeps the offsets of a batch as they were, so that they may be many for few records, but no producer's are more than that.
    lastOffsetDelta < MOST_RECORDS
  )
}
