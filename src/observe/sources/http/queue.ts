import type { ArrivedRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import type { HttpLimits } from './limits.ts'
import type { Submission } from './submission.ts'

/** How a request ended: every record of it stored, or to be sent again. */
export type Outcome =
  | { readonly stored: true; readonly undecodable: number }
  | { readonly stored: false; readonly retryAfterSeconds: number }

/** A request that was read and waits for its answer. */
export interface Waiting {
  readonly submission: Submission
  /** When the last byte of its body was read. */
  readonly receipt: Instant
  readonly bytes: number
  /** The span of whoever sent it: each of its records has it. */
  readonly traceparent: string | null
  /** Called exactly once. */
  readonly answer: (outcome: Outcome) => void
}

/** Records that are to be stored together, and what becomes of their requests. */
interface Cut {
  readonly records: readonly ArrivedRecord[]
  readonly stored: () => void
  /** Answers how many requests were sent away. */
  readonly refused: (retryAfterSeconds: number) => number
}

export interface RequestQueue {
  readonly add: (request: Waiting) => void
  /** Whether there is no room for another request. */
  readonly isFull: () => boolean
  readonly isEmpty: () => boolean
  /** Bytes and records of requests without an answer. */
  readonly held: () => { readonly bytes: number; readonly records: number }
  /** Takes the oldest records, at most a batch of them. Null: none wait. */
  readonly cut: () => Cut | null
  /** Receipt of the oldest request of which something is still to be cut. */
  readonly oldest: () => Instant | null
  /** Sends away untouched requests received before `before`; answers how many. */
  readonly expire: (before: Instant, retryAfterSeconds: number) => number
  /** Sends away all that is still to be cut. */
  readonly clear: (retryAfterSeconds: number) => void
}

/** A request with how far it has been cut. */
interface Entry extends Waiting {
  readonly number: number
  next: number
  undecodable: number
  answered: boolean
}

/** Elements are objects, however few bytes they are made of: `[0,0,0…]`. */
const BYTES_PER_RECORD = 128

/** Requests in the order of their receipt, cut into batches by records and bytes. One cut is out at a time. */
export function createRequestQueue(partition: string, limits: HttpLimits): RequestQueue {
  let entries: Entry[] = []
  let heldBytes = 0
  let heldRecords = 0
  let requests = 0

  const finish = (entry: Entry, outcome: Outcome) => {
    if (entry.answered) return
    entry.answered = true
    heldBytes -= cost(entry)
    heldRecords -= entry.submission.count
    entry.answer(outcome)
  }

  const cut = (): Cut | null => {
    if (entries.length === 0) return null
    const records: ArrivedRecord[] = []
    const parts: Entry[] = []
    let bytes = 0
    let whole = 0
    for (const entry of entries) {
      const left = entry.submission.count - entry.next
      const each = cost(entry) / Math.max(1, entry.submission.count)
      const room = Math.min(limits.batchRecords - records.length, Math.floor((limits.batchBytes - bytes) / each))
      // A request is cut only where it alone is more than a batch: its answer then waits for several.
      if (left > room && parts.length > 0) break
      const taken = Math.min(left, Math.max(1, room))
      takeRecords(entry, taken, partition, records)
      parts.push(entry)
      bytes += taken * each
      if (taken < left) break
      whole++
    }
    entries = entries.slice(whole)
    return {
      records,
      stored: () => {
        for (const entry of parts) {
          if (entry.next === entry.submission.count) finish(entry, { stored: true, undecodable: entry.undecodable })
        }
      },
      refused: (retryAfterSeconds) => {
        for (const entry of parts) finish(entry, { stored: false, retryAfterSeconds })
        entries = entries.filter((entry) => !entry.answered)
        return parts.length
      },
    }
  }

  return {
    add: (request) => {
      requests++
      const entry: Entry = { ...request, number: requests, next: 0, undecodable: 0, answered: false }
      heldBytes += cost(entry)
      heldRecords += entry.submission.count
      entries.push(entry)
    },
    isFull: () => heldBytes >= limits.pendingBytes || heldRecords >= limits.pendingRecords,
    isEmpty: () => entries.length === 0,
    held: () => ({ bytes: heldBytes, records: heldRecords }),
    cut,
    oldest: () => entries[0]?.receipt ?? null,
    expire: (before, retryAfterSeconds) => {
      const expired = entries.filter(({ receipt, next }) => receipt < before && next === 0)
      for (const entry of expired) finish(entry, { stored: false, retryAfterSeconds })
      if (expired.length > 0) entries = entries.filter((entry) => !entry.answered)
      return expired.length
    },
    clear: (retryAfterSeconds) => {
      for (const entry of entries) finish(entry, { stored: false, retryAfterSeconds })
      entries = []
    },
  }
}

function cost({ bytes, submission }: Waiting): number {
  return bytes + submission.count * BYTES_PER_RECORD
}

function takeRecords(entry: Entry, count: number, partition: string, into: ArrivedRecord[]): void {
  const { submission, receipt, traceparent } = entry
  const end = entry.next + count
  for (let index = entry.next; index < end; index++) {
    const decoded = submission.decode(index, receipt)
    if (!decoded.ok) entry.undecodable++
    into.push({ partition, position: `${entry.number}/${index}`, arrivedAt: receipt, decoded, traceparent })
  }
  entry.next = end
}
