import { Failure } from '../../../model/failure.ts'

/** The header of a record batch, format 2: https://kafka.apache.org/documentation/#recordbatch. Byte offsets into it. */
const HEADER = 61
const LENGTH = 8
const MAGIC = 16
const CHECKSUM = 17
const ATTRIBUTES = 21
const LAST_OFFSET_DELTA = 23
const RECORDS = 57
/** What `length` says beside the records themselves. */
const COUNTED_HEADER = HEADER - LENGTH - 4

/** More records no producer puts in a batch, and the client makes an object of each. */
const MOST_RECORDS = 1_000_000

/** What the header says of the batch whose compressed records are given. */
export interface BatchHeader {
  readonly firstOffset: number
  readonly lastOffsetDelta: number
  readonly records: number
  /** Whether header and records are as they were written. */
  readonly isWhole: boolean
}

/** The client hands over a view into the answer, so that the header stands before it. Null: older formats have none. */
export function headerBefore(compressed: Buffer): BatchHeader | null {
  const start = compressed.byteOffset - HEADER
  if (start < 0) return null
  const batch = Buffer.from(compressed.buffer, start, HEADER + compressed.length)
  if (batch[MAGIC] !== 2 || batch.readInt32BE(LENGTH) !== compressed.length + COUNTED_HEADER) return null
  return {
    firstOffset: Number(batch.readBigInt64BE(0)),
    lastOffsetDelta: batch.readInt32BE(LAST_OFFSET_DELTA),
    records: batch.readInt32BE(RECORDS),
    isWhole: batch.readUInt32BE(CHECKSUM) === crc32c(batch.subarray(ATTRIBUTES)),
  }
}

/** Whether as many records as it claims can be held, or stood in for. */
export function isSane({ records, lastOffsetDelta }: BatchHeader): boolean {
  return records > 0 && records <= MOST_RECORDS && lastOffsetDelta >= records - 1 && lastOffsetDelta < MOST_RECORDS
}

const reasons = new WeakMap<ArrayBufferLike, string>()

/**
 * Records in the place of those that can't be read, as many and at the batch's offsets, so that reading goes on behind them.
 * They can be told from what was sent by the memory their values are in.
 */
export function standIns({ records, lastOffsetDelta }: BatchHeader, why: string): Buffer {
  const made = Buffer.alloc(records * LONGEST)
  let at = 0
  for (let index = 0; index < records; index++) {
    const delta = index === records - 1 ? lastOffsetDelta : index
    const size = delta < 64 ? 1 : delta < 8_192 ? 2 : delta < 1_048_576 ? 3 : 4
    // Varints are zigzag-coded, so that twice a positive number stands there. The key is −1: none; the value has 0 bytes.
    at = made.writeUInt8(2 * (5 + size), at)
    at = made.writeUInt16BE(0, at)
    for (let rest = 2 * delta, left = size; left > 0; left--, rest >>>= 7) {
      at = made.writeUInt8(left === 1 ? rest : (rest & 0x7f) | 0x80, at)
    }
    at = made.writeUInt8(1, at)
    at = made.writeUInt16BE(0, at)
  }
  reasons.set(made.buffer, why)
  return made.subarray(0, at)
}

/** Bytes of a stand-in: length, attributes, time stamp, offset (up to 4), key, value, headers. */
const LONGEST = 10

/** Why this record's batch couldn't be read; null: it could. */
export function whyUnreadable(value: Buffer | null): string | null {
  return value === null ? null : (reasons.get(value.buffer) ?? null)
}

/** A batch that can't be read nor passed over. */
export function unreadableBatch(header: BatchHeader | null, why: string): Failure {
  const where = header === null ? 'records of an old format' : `the batch of records at offset ${header.firstOffset}`
  return new Failure('kafka_batch_unreadable', `${where} can't be read: ${why}`, {
    retryable: true,
    remedy:
      header === null
        ? 'Delete the damaged records from the partition (kafka-delete-records).'
        : `Delete them from the partition (kafka-delete-records, to offset ${header.firstOffset + header.lastOffsetDelta + 1}).`,
  })
}

/** Partitions named in a failure. */
const NAMED = 20

/**
 * What an answer that the client couldn't make sense of comes to; null: the error is another. `next`: by partition the
 * offset asked for, since the client doesn't say whose records they were.
 */
export function unreadableAnswer(error: unknown, next: ReadonlyMap<string, number>): Failure | null {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const isOurs = root instanceof Failure && root.code === 'kafka_batch_unreadable'
  // The client reads beyond the end of what came.
  if (!isOurs && !(root instanceof RangeError)) return null
  const asked = [...next].slice(0, NAMED).map(([key, offset]) => `${key} from ${offset}`)
  return new Failure(
    'kafka_batch_unreadable',
    `Records from Kafka are damaged: ${root.message}. Asked for: ${asked.join(', ')}${next.size > NAMED ? ', …' : ''}.`,
    {
      retryable: true,
      remedy: isOurs
        ? root.remedy
        : 'Find the damaged records (kafka-dump-log) and delete the partition up to behind them (kafka-delete-records).',
      cause: error,
    },
  )
}

/** CRC-32C (Castagnoli), reflected: RFC 3720, appendix B.4. Signed numbers and an index: 2.3 ms a megabyte, a quarter of the plain way. */
const CASTAGNOLI = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1
  return rest
})

function crc32c(bytes: Uint8Array): number {
  let crc = -1
  for (let at = 0; at < bytes.length; at++) crc = (CASTAGNOLI[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}
