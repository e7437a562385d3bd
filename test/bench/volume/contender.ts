import type { Duration, Instant } from '../../../src/model/time.ts'

/** The counts of one series, a bucket each without a gap; `totals` where it is a share of something. */
export interface Track {
  readonly name: string
  readonly start: Instant
  readonly bucket: Duration
  readonly counts: Float64Array
  readonly totals: Float64Array | null
  /** Beginnings of unannounced holidays. */
  readonly holidays: readonly Instant[]
}

export interface Episode {
  readonly series: string
  readonly kind: string
  readonly direction: 'up' | 'down'
  /** From when it could be known: the end of the bucket that raised it. */
  readonly openedAt: Instant
}

/** How tracks are watched. */
export interface Watching {
  readonly zone: string
  readonly falseAlarmsPerWeek: number
  /** Whose season a young track may borrow. */
  readonly lendersOf?: (series: string) => readonly string[]
}

/** Reads tracks of one bucket length that start together, and says when it would have alarmed. */
export type Contender = (tracks: readonly Track[], settings: Watching) => Episode[]
