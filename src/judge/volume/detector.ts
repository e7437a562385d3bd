import type { Instant } from '../../model/time.ts'

/** An hour's count of one series; `end` is the first instant that isn't in it. */
export interface Bucket {
  readonly end: Instant
  readonly count: number
}

/** What is known beside the counts. */
export interface DetectorContext {
  /** IANA zone in which the series has its days and weeks. */
  readonly timezone: string
  readonly falseAlarmsPerWeek: number
}

/** Between which counts a bucket is as expected. */
export interface Band {
  readonly expected: number
  readonly lower: number
  readonly upper: number
}

export interface Alarm {
  readonly kind: 'volume' | 'share' | 'outage' | 'drift'
  readonly direction: 'up' | 'down'
  /** End of the bucket that raised it: nothing looks ahead. */
  readonly openedAt: Instant
}

export interface Step<State> {
  readonly state: State
  /** Null: not known yet. */
  readonly band: Band | null
  readonly alarm: Alarm | null
}

/** Judges a series bucket by bucket. `State` is plain data, so that it can be stored. */
export interface Detector<State> {
  readonly name: string
  readonly step: (state: State, bucket: Bucket, context: DetectorContext) => Step<State>
  /** The state after these buckets, oldest first. */
  readonly rebuild: (buckets: readonly Bucket[], context: DetectorContext) => State
}
