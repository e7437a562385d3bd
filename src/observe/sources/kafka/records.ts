import type { KafkaMessage } from 'kafkajs'
import type { ArrivedRecord } from '../../../model/record.ts'
import { type Instant, isPlausibleArrival } from '../../../model/time.ts'
import { sentTraceparent } from '../../../model/trace.ts'
import { type RecordBatch, readBatch } from '../../aside/batch.ts'
import type { EarlyCheck, Judged } from '../../check/early.ts'
import type { Decode } from '../../decode/decode.ts'
import { parsePayload, undecodable } from '../../decode/parse.ts'
import { arrivalOf, movesWatermark, type Stamp } from './arrival.ts'
import type { Fetched } from './backlog.ts'
import { whyUnreadable } from './unreadable.ts'

/** What one fetched part comes to. */
export interface Read {
  /** The newest stamp that isn't in the future; null: none. */
  readonly newest: Instant | null
  /** The first record's of those. */
  readonly first: Instant | null
  readonly by: Stamp | null
  /** Records whose producer's clock is ahead by more than is tolerated. */
  readonly ahead: number
  /** Why batches couldn't be read, one each; mostly none. */
  readonly unreadable: readonly string[]
}

/** A record without a value, as compaction's tombstones are, is an empty payload. */
const NOTHING = Buffer.alloc(0)
/** In a record batch's attributes. */
const LOG_APPEND_TIME = 1

/** Decodes one message and judges it. `why`: its batch couldn't be read. */
export type ReadMessage = (message: KafkaMessage, arrivedAt: Instant, why: string | null) => Judged

/** In this thread. */
export function readHere(decode: Decode, early: EarlyCheck): ReadMessage {
  return ({ value }, arrivedAt, why) => {
    const parsed = why === null ? parsePayload(value ?? NOTHING) : undecodable('undecodable_batch', why)
    const decoded = parsed.ok ? decode(parsed.value, null) : parsed
    // One that can only be quarantined keeps its payload for it.
    return isPlausibleArrival(arrivedAt) ? early(decoded) : { decoded, judged: null }
  }
}

/** Those that were read aside, in the order in which their payloads were given; what only this thread can tell is read `here`. */
export function readAside(batch: RecordBatch, here: ReadMessage): ReadMessage {
  const cursor = readBatch(batch)
  return (message, arrivedAt, why) => {
    if (!cursor.next()) throw new RangeError('fewer records were read aside than were given')
    return isPlausibleArrival(arrivedAt) && why === null ? cursor.record() : here(message, arrivedAt, why)
  }
}

/** The payloads of what was fetched, in order. */
export function payloadsOf(fetched: readonly Fetched[]): readonly Uint8Array[] {
  return fetched.flatMap(({ messages }) => messages.map(({ value }) => value ?? NOTHING))
}

/** Reads records from what was fetched and adds them to `into`. */
export function readRecords(
  { key, messages, fetchedAt }: Fetched,
  into: ArrivedRecord[],
  readMessage: ReadMessage,
): Read {
  let newest: Instant | null = null
  let first: Instant | null = null
  let by: Stamp | null = null
  let ahead = 0
  const unreadable: string[] = []
  for (const message of messages) {
    const stamp = Number(message.timestamp)
    by = stampOf(message)
    const { arrivedAt, isAhead } = arrivalOf(stamp, by, fetchedAt)
    if (isAhead) ahead += 1
    if (movesWatermark(stamp, fetchedAt)) {
      first ??= stamp
      if (newest === null || stamp > newest) newest = stamp
    }
    const why = whyUnreadable(message.value)
    if (why !== null && why !== unreadable.at(-1)) unreadable.push(why)
    const { decoded, judged } = readMessage(message, arrivedAt, why)
    const traceparent = sentTraceparent(message.headers?.['traceparent'])
    into.push({ partition: key, position: message.offset, arrivedAt, decoded, judged, traceparent })
  }
  return { newest, first, by, ahead, unreadable }
}

/** Public types don't tell of it. */
function stampOf(message: KafkaMessage): Stamp {
  const { batchContext } = message as { batchContext?: { timestampType?: number } }
  return batchContext?.timestampType === LOG_APPEND_TIME ? 'append' : 'create'
}
