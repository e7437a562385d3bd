import type { Instant } from '../../model/time.ts'

/** What an alarm is about: a count, a share of a total, silence, or a slow change of a week's sum. */
export type AlarmKind = 'volume' | 'share' | 'outage' | 'drift'

/**
 * An alarm of one series, as it stands. It is told twice: when it opens (`closedAt` null) and when it closes.
 * Of a share, `observed`, `expected`, `lower` and `upper` are ratios; else counts over the hours that raised it.
 */
export interface VolumeAlarm {
  readonly series: string
  readonly kind: AlarmKind
  readonly direction: 'up' | 'down'
  /** End of the bucket that raised it: nothing looks ahead. */
  readonly openedAt: Instant
  readonly closedAt: Instant | null
  readonly observed: number
  readonly expected: number
  readonly lower: number
  readonly upper: number
}
