import type { Duration, Instant } from '../../model/time.ts'

/** One count of one series. */
export interface Bucket {
  readonly start: Instant
  /** How long the bucket is, in ms; the same for all buckets of a series. */
  readonly length: Duration
  readonly count: number
  /** What the count is a share of; null for a volume. */
  readonly total: number | null
}

/** Between which counts (of a share: ratios) a bucket is as expected. */
export interface Band {
  readonly expected: number
  readonly lower: number
  readonly upper: number
}
