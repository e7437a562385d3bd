import type { Judgement } from './observation.ts'
import type { Instant } from './time.ts'

/** Where a record came from, as far as its payload says. Null: it doesn't say. */
export interface Dimensions {
  readonly appVersion: string | null
  readonly platform: string | null
  readonly library: string | null
}

/** Why a record couldn't be read as an event. Bounded: it is a metric label. */
export type UndecodableReason =
  | 'empty'
  | 'malformed_json'
  | 'invalid_utf8'
  | 'truncated'
  | 'too_large'
  | 'too_deep'
  | 'not_an_object'
  | 'no_event_name'
  | 'unsupported'
  | 'implausible_time'
  | 'undecodable_batch'

/** An event read from a payload, in whatever format it was sent. */
export interface DecodedEvent {
  readonly ok: true
  /** The event's name; of a call without one, its type (`page`, `identify`). */
  readonly event: string
  /** The sender's id of the record; null: none, so that it is outside uniqueness. */
  readonly id: string | null
  /** What the contract judges: `properties`, `traits`, `data`. */
  readonly body: unknown
  /** When it happened, by the sender's corrected clock; null: not said. */
  readonly eventTime: Instant | null
  /** When it arrived, if the payload itself says (archives); null: the source must know. */
  readonly receivedAt: Instant | null
  readonly dimensions: Dimensions
  /** The whole payload as parsed, for quarantine and the event's page. Not yet redacted. */
  readonly envelope: unknown
}

/** A payload that is no event. A value, never an exception. */
export interface Undecodable {
  readonly ok: false
  readonly reason: UndecodableReason
  /** The name it may have had, for the reader of the quarantine. */
  readonly event: string | null
  readonly receivedAt: Instant | null
  /** The beginning of the payload, at most 2,000 characters. Not yet redacted. */
  readonly excerpt: string
}

/** What a payload was decoded into: bad data is a value. */
export type Decoded = DecodedEvent | Undecodable

/** A record as a source hands it over. */
export interface ArrivedRecord {
  /** Kafka partition, path of the file, instance of the collector. */
  readonly partition: string
  /** Where in the partition it stands, for people: an offset, a request's number and index; a number is a line. */
  readonly position: string | number
  /** Decides the window. Null: neither the record nor its neighbours say, so that it can only be quarantined. */
  readonly arrivedAt: Instant | null
  readonly decoded: Decoded
  /** What the plan said of it where it was read, if it was asked there: body and envelope may then be null. */
  readonly judged?: Judgement | null
  /** The `traceparent` that its producer sent with it, as it came (`sentTraceparent`); it may be nonsense. */
  readonly traceparent?: string | null
}

/** A position in words: `line 12`. Not kept so, since hardly any is asked for. */
export function positionInWords({ position }: ArrivedRecord): string {
  return typeof position === 'number' ? `line ${position}` : position
}
