import type { KafkaMessage } from 'kafkajs'
import type { ArrivedRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { sentTraceparent } from '../../../model/trace.ts'
import type { EarlyCheck } from '../../check/early.ts'
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

/** Reads records from what was fetched and adds them to `into`. */
export function readRecords(
  { key, messages, fetchedAt }: Fetched,
  into: ArrivedRecord[],
  { decode, early }: { readonly decode: Decode; readonly early: EarlyCheck },
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
    const parsed = why === null ? parsePayload(message.value ?? NOTHING) : undecodable('undecodable_batch', why)
    const { decoded, judged } = early(parsed.ok ? decode(parsed.value, null) : parsed)
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
