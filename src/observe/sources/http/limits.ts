import { type Duration, SECOND } from '../../../model/time.ts'

/** What the collector takes before it says "too much" or "not now". Memory is bounded by these, whatever clients do. */
export interface HttpLimits {
  /** Bytes of a body, as sent and inflated: past it 413. */
  readonly bodyBytes: number
  /** Bytes of bodies that are being read or wait to be stored: past it 429. */
  readonly pendingBytes: number
  /** Records that wait to be stored: past it 429. One request may go over it, so that no size of batch is impossible. */
  readonly pendingRecords: number
  /** Records of one `SourceBatch`. */
  readonly batchRecords: number
  /** Bytes of one `SourceBatch`; a request larger than that is cut as well. */
  readonly batchBytes: number
  /** From a request's head to the last byte of its body: past it 408. */
  readonly bodyTimeout: Duration
  /** A request that waits this long for its turn is answered 429: SDKs give up after 10 s and send again. */
  readonly answerWithin: Duration
  /** A batch that isn't stored after this long means that the store stalls: new requests are answered 429. */
  readonly stalledAfter: Duration
}

const MEBIBYTE = 1024 * 1024

export const HTTP_LIMITS: HttpLimits = {
  bodyBytes: 4 * MEBIBYTE,
  pendingBytes: 32 * MEBIBYTE,
  pendingRecords: 50_000,
  batchRecords: 5_000,
  batchBytes: 8 * MEBIBYTE,
  bodyTimeout: 30 * SECOND,
  answerWithin: 8 * SECOND,
  stalledAfter: 5 * SECOND,
}
