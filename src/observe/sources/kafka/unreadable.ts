import { Failure } from '../../../model/failure.ts'
import type { BatchHeader } from './batch-header.ts'
import type { Message } from './batch-records.ts'

/** So count records from `first` on, the last of them at `last`. */
interface Span {
  readonly first: number
  readonly last: number
  readonly count: number
}

const reasons = new WeakMap<Buffer, string>()

/**
 * Messages in the place of those of a batch that can't be read, as count and at the batch's offsets, so that reading goes on
 * behind them. They can be told from what was sent by their value, which is one for all of a batch.
 */
export function standIns(header: BatchHeader, { first, last, count }: Span, why: string): Message[] {
  const value = Buffer.alloc(0)
  reasons.set(value, `The batch of ${count} records at offset ${first}: ${why}`)
  const { context, firstTimestamp, maxTimestamp } = header
  return Array.from({ length: count }, (_, index) => ({
    magicByte: context.magicByte,
    attributes: 0,
    timestamp: String(context.timestampType === 1 ? maxTimestamp : firstTimestamp),
    offset: String(index === count - 1 ? last : first + index),
    key: null,
    value,
    headers: {},
    isControlRecord: false,
    batchContext: context,
  }))
}

/** Why this record's batch couldn't be read; null: it could. */
export function whyUnreadable(value: Buffer | null): string | null {
  return value === null ? null : (reasons.get(value) ?? null)
}

/** A batch that can't be read nor passed over. `header` null: it isn't even known what it is. */
export function unreadableBatch(place: string, header: Pick<BatchHeader, 'firstOffset'> | null, why: string): Failure {
  const where = header === null ? 'a batch of records' : `the batch of records at offset ${header.firstOffset}`
  return new Failure('kafka_batch_unreadable', `${where} of ${place} can't be read: ${why}`, {
    retryable: true,
    remedy:
      'Look for it with kafka-dump-log, and delete the partition up to behind it with kafka-delete-records. It is passed over by itself once something stands behind it that shows where it ends.',
  })
}

/** Partitions named in a failure. */
const NAMED = 20

/**
 * What an answer that the client couldn't make sense of comes to; null: the error is another. `next`: by partition the
 * offset asked for.
 */
export function unreadableAnswer(error: unknown, next: ReadonlyMap<string, number>): Failure | null {
  const root = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const isOurs = root instanceof Failure && root.code === 'kafka_batch_unreadable'
  // The answer is shorter than it says.
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
