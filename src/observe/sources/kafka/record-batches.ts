import { ATTRIBUTES, type BatchHeader, CHECKSUM, HEADER, isSane, readHeader } from './batch-header.ts'
import { DamagedBatch, type Message, readBatchRecords } from './batch-records.ts'
import { crc32c } from './checksum.ts'
import { standIns, unreadableBatch } from './unreadable.ts'

/** Unpacks what a batch of this compression holds, bounded; throws where it can't. */
export type Unpack = (compression: number, bytes: Buffer) => Promise<Buffer> | Buffer

/** What a partition's part of an answer comes to. */
export interface ReadBatches {
  readonly messages: Message[]
  /** Where batches of an older format begin, which are not read here; null: there are none. */
  readonly olderFrom: number | null
}

/** Bytes and offsets of a partition. `place`: its name, for failures. `end`: no record's offset is as high. */
export interface PartitionBytes {
  readonly bytes: Buffer
  readonly place: string
  readonly end: number
}

/**
 * Reads record batches. One that is damaged, or compressed in a way that isn't known, gives as many stand-ins as it has records
 * (`undecodable_batch`), so that reading goes on behind it; one without records, as compaction leaves them, gives a control
 * record at its last offset: the client goes on from where the last message was, and would ask for such a batch for ever.
 * Throws the `Failure` `kafka_batch_unreadable` where a batch doesn't even say where the next one begins.
 */
export async function readBatches({ bytes, place, end }: PartitionBytes, unpack: Unpack): Promise<ReadBatches> {
  const messages: Message[] = []
  let expected = 0
  for (let at = 0; at < bytes.length; ) {
    const found = readHeader(bytes, at)
    if (found === 'older format') return { messages, olderFrom: at }
    // An answer may end in the middle of a batch. What is no batch at all comes first in the next answer.
    if (typeof found === 'string' && at > 0) break
    const header = typeof found === 'string' ? standInFor(bytes, end) : found
    if (header === null) throw unreadableBatch(place, null, 'its header is wrong')
    const behind = readHeader(bytes, header.end)
    const next = typeof behind === 'string' ? null : behind.firstOffset
    const span = spanOf(bytes, header, { expected, next, end })
    if (span === null) throw unreadableBatch(place, header, `it claims to have ${header.records} records`)
    for (const message of await readOne(bytes, header, span, unpack)) messages.push(message)
    expected = span.last + 1
    at = header.end
  }
  return { messages, olderFrom: null }
}

/** In the place of a first batch whose header can't be read: one that ends where the next sound one begins. Null: there is none. */
function standInFor(bytes: Buffer, end: number): BatchHeader | null {
  for (let start = 1; start + HEADER <= bytes.length; start++) {
    const header = readHeader(bytes, start)
    if (typeof header === 'string' || !isSane(header) || header.firstOffset >= end || !isWhole(bytes, header)) continue
    return { ...header, firstOffset: Number(bytes.readBigInt64BE(0)), records: -1, start: 0, end: start }
  }
  return null
}

/** What is known of where a batch lies: the offsets before and behind it, and the partition's end. */
interface Neighbours {
  readonly expected: number
  readonly next: number | null
  readonly end: number
}

/** Whether a batch lies where it says. Its checksum tells where its neighbour says otherwise; it doesn't cover the first offset. */
function isInPlace(bytes: Buffer, header: BatchHeader, { expected, next, end }: Neighbours): boolean {
  const last = header.firstOffset + header.lastOffsetDelta
  if (!isSane(header) || header.firstOffset < expected || last >= end) return false
  return next === null || next > last || isWhole(bytes, header)
}

/** Whether it is as it was written, from its attributes on. */
function isWhole(bytes: Buffer, { start, end }: BatchHeader): boolean {
  return crc32c(bytes.subarray(start + ATTRIBUTES, end)) === bytes.readUInt32BE(start + CHECKSUM)
}

/** More records aren't passed over for one damaged header. */
const MOST_PASSED = 1_000_000

/** The offsets of a batch: as it says, unless that can't be; then what stands behind it says where it ends. Null: nothing does. */
function spanOf(bytes: Buffer, header: BatchHeader, neighbours: Neighbours): Span | null {
  const { firstOffset, lastOffsetDelta, records } = header
  if (isInPlace(bytes, header, neighbours)) {
    return { first: firstOffset, last: firstOffset + lastOffsetDelta, count: Math.max(1, records), isSaid: true }
  }
  const { expected, next, end } = neighbours
  if (next === null || next <= expected || next >= end) return null
  // It begins where the one before it ended. The first of an answer has none before it: what it says, if that can be.
  const isPlausible = firstOffset >= next - MOST_PASSED && firstOffset < next
  const first = expected > 0 ? expected : isPlausible ? firstOffset : next - 1
  if (next - first > MOST_PASSED) return null
  return { first, last: next - 1, count: next - first, isSaid: false }
}

/** `isSaid`: the batch says so itself. */
interface Span {
  readonly first: number
  readonly last: number
  readonly count: number
  readonly isSaid: boolean
}

async function readOne(bytes: Buffer, header: BatchHeader, span: Span, unpack: Unpack): Promise<readonly Message[]> {
  const { lastOffsetDelta, records, compression, start, end, context } = header
  let checked: boolean | null = null
  const whole = (): boolean => {
    checked ??= isWhole(bytes, header)
    return checked
  }
  try {
    if (!span.isSaid) throw new DamagedBatch(`its header is wrong: ${records} records, last offset ${lastOffsetDelta}`)
    // Packed bytes that are damaged unfold to anything, and a record for the client is none for us. Others show it, or it is
    // their payload's matter: a checksum of everything would cost a tenth of the time.
    if ((compression !== 0 || context.isControlBatch) && !isWhole(bytes, header))
      throw new DamagedBatch('its checksum is wrong')
    if (records === 0) return [endMark(header, span.last)]
    const packed = bytes.subarray(start + HEADER, end)
    const messages = readBatchRecords(compression === 0 ? packed : await unpack(compression, packed), header, whole)
    return Number(messages.at(-1)?.offset) < span.last ? [...messages, endMark(header, span.last)] : messages
  } catch (error) {
    return standIns(header, span, error instanceof Error ? error.message : String(error))
  }
}

/** The key of the record that ends an aborted transaction. It ends one for the client where there is none as well. */
const ABORTS = Buffer.from([0, 0, 0, 0])

/** A record for nobody at the last offset of a batch that has none there. */
function endMark({ context, maxTimestamp }: BatchHeader, offset: number): Message {
  return {
    magicByte: context.magicByte,
    attributes: 0,
    timestamp: String(maxTimestamp),
    offset: String(offset),
    key: context.isControlBatch ? ABORTS : null,
    value: null,
    headers: {},
    isControlRecord: true,
    batchContext: context,
  }
}
