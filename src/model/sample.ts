import type { Instant } from './time.ts'
import type { SeriesKind } from './window.ts'

/** What the records of one name look like: the last payload and how its properties are filled. Mergeable. */
export interface EventSample {
  readonly source: string
  readonly kind: SeriesKind
  readonly event: string
  /** Of the payload. */
  readonly arrivedAt: Instant
  /** JSON text, redacted. */
  readonly payload: string
  /** The last payload that broke the contract; null: none seen. */
  readonly invalidPayload: string | null
  /** In the order in which they were first seen. */
  readonly properties: readonly PropertyProfile[]
}

/** What one property was seen to hold. */
export interface PropertyProfile {
  readonly name: string
  /** How often it had which JSON type. */
  readonly types: Readonly<Record<string, number>>
  /** Records in which it was present, not null and not `""`. */
  readonly filled: number
  readonly seen: number
}
