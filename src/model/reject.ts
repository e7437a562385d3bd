import type { Violation } from './observation.ts'
import type { UndecodableReason } from './record.ts'
import type { Instant } from './time.ts'

/** A record that is kept because something is wrong with it. Redacted and bounded before it becomes one. */
export interface QuarantineEntry {
  readonly source: string
  /** From where it can be read again, for people: the partition and the place in it. */
  readonly position: string
  readonly arrivedAt: Instant | null
  readonly event: string | null
  readonly reason: 'invalid' | UndecodableReason
  readonly violations: readonly Violation[]
  /** JSON text, redacted. */
  readonly payload: string
}
