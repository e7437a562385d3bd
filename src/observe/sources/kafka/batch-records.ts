import type { IHeaders, RecordBatchEntry } from 'kafkajs'
import type { BatchContext, BatchHeader } from './batch-header.ts'

/** A message with what the client's own decoder adds to it: it tells aborted and control records by that. */
export interface Message extends RecordBatchEntry {
  readonly magicByte: number
  readonly isControlRecord: boolean
  readonly batchContext: BatchContext
}

/** Why a batch isn't what its header says. Thrown as it stands, for the caller to catch: damage is rare. */
export class DamagedBatch extends Error {}

/** Where the next number is read. */
interface Reader {
  readonly bytes: Buffer
  at: number
}

/**
 * The records of a batch, unpacked. Throws `DamagedBatch` unless they are, to the byte, as many as the header says, in the order
 * of their offsets, within the batch's offsets and time stamps: format of https://kafka.apache.org/documentation/#record.
 * `isWhole`: whether the batch is as it was written; then its time stamps are what its producer made of them.
 */
export function readBatchRecords(bytes: Buffer, header: BatchHeader, isWhole: () => boolean): Message[] {
  const { records, lastOffsetDelta, firstOffset, firstTimestamp, maxTimestamp, context } = header
  const isAppended = context.timestampType === 1
  const reader: Reader = { bytes, at: 0 }
  const messages: Message[] = []
  let before = -1
  for (let index = 0; index < records; index++) {
    const length = readNumber(reader)
    const end = reader.at + length
    check(length > 0 && end <= bytes.length, 'a record’s length is wrong')
    const attributes = bytes.readInt8(reader.at)
    reader.at += 1
    const timestampDelta = readNumber(reader)
    const offsetDelta = readNumber(reader)
    check(offsetDelta > before && offsetDelta <= lastOffsetDelta, 'a record’s offset is wrong')
    before = offsetDelta
    const timestamp = isAppended ? maxTimestamp : firstTimestamp + timestampDelta
    check(timestamp <= maxTimestamp || isWhole(), 'a record’s time stamp is wrong')
    const key = readBytes(reader, end)
    const value = readBytes(reader, end)
    const headers = readHeaders(reader, end)
    check(reader.at === end, 'a record’s length is wrong')
    messages.push({
      magicByte: context.magicByte,
      attributes,
      timestamp: String(timestamp),
      offset: String(firstOffset + offsetDelta),
      key,
      value,
      headers,
      isControlRecord: context.isControlBatch,
      batchContext: context,
    })
  }
  check(reader.at === bytes.length, 'there are more bytes than records')
  return messages
}

function check(holds: boolean, why: string): void {
  if (!holds) throw new DamagedBatch(why)
}

/** A zigzag-coded number of up to ten bytes; beyond 2⁵³ it is taken for damage. */
function readNumber(reader: Reader): number {
  const { bytes } = reader
  let at = reader.at
  let byte = bytes[at] ?? -1
  let coded = byte & 0x7f
  for (let scale = 128; byte >= 128; scale *= 128) {
    at += 1
    byte = bytes[at] ?? -1
    coded += (byte & 0x7f) * scale
  }
  check(byte >= 0 && coded <= Number.MAX_SAFE_INTEGER, 'a number is wrong')
  reader.at = at + 1
  return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
}

/** Bytes with their length before them; null where that is −1. */
function readBytes(reader: Reader, end: number): Buffer | null {
  const length = readNumber(reader)
  if (length === -1) return null
  check(length >= 0 && reader.at + length <= end, 'a length within a record is wrong')
  const start = reader.at
  reader.at += length
  return reader.bytes.subarray(start, reader.at)
}

function readHeaders(reader: Reader, end: number): IHeaders {
  const count = readNumber(reader)
  const headers: IHeaders = {}
  check(count >= 0 && count <= end - reader.at, 'the number of a record’s headers is wrong')
  for (let index = 0; index < count; index++) {
    const name = readBytes(reader, end)?.toString('utf8') ?? ''
    const value = readBytes(reader, end) ?? undefined
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined
    if (name === '__proto__') continue
    if (known === undefined || value === undefined) headers[name] = known ?? value
    else headers[name] = [...(Array.isArray(known) ? known : [known]), value]
  }
  return headers
}
