import type { ArrivedRecord } from '../../model/record.ts'
import type { Instant } from '../../model/time.ts'
import type { StreamFigures } from '../../model/stream.ts'

/** How far a partition has been read, written in the transaction that counts its records, if it still stands at `from`. */
export interface PositionStep {
  readonly partition: string
  /** The stored position it starts from; null: none yet. Opaque to all but the source. */
  readonly from: string | null
  readonly to: string
  /** Everything that arrived before it has been counted (this batch included); null: not known yet. */
  readonly observedUntil: Instant | null
  /** The collector was up from here until `observedUntil`; a new start opens a new span. Null: the span before goes on. */
  readonly listeningSince: Instant | null
  /** Nothing more will come from this partition: it holds no watermark back. */
  readonly complete: boolean
}

/** What one read gave. May be without records: then only positions and watermarks move. */
export interface SourceBatch {
  readonly records: readonly ArrivedRecord[]
  readonly steps: readonly PositionStep[]
  /** The batch begins with records older than what the source has already shown: commit only once every minute up to here is judged. Null: no matter. */
  readonly afterJudging: Instant | null
  /** Called once the batch is stored: an HTTP collector answers 200, a broker's offset is committed. */
  acknowledge(): void | Promise<void>
  /** Called when it could not be stored; a collector answers 429. Sources that can read again do nothing here. */
  refuse(retryAfterSeconds: number): void
}

/** What a source can say about itself between batches: for `/readyz`, the page and metrics. */
export interface SourceState {
  readonly state: 'starting' | 'running' | 'waiting' | 'complete' | 'failing' | 'disabled'
  /** In words; empty when all is well. */
  readonly detail: string
}

/** A broker's names for where records come from. */
export interface Messaging {
  readonly system: string
  /** The consumer group. */
  readonly group: string
  /** The topic of a step's or record's partition, and the partition's id there. */
  readonly placeOf: (partition: string) => { readonly destination: string; readonly partition: string }
}

/** Where records come from, behind one interface. What it promises is in test/contract/source.ts. */
export interface Source {
  readonly id: string
  readonly type: string
  /** What its traces say of the broker behind it, by the conventions for messaging; left out: there is none. */
  readonly messaging?: Messaging
  /**
   * Reads from the stored positions (by partition) until the signal aborts or nothing more can come.
   * Batches come one at a time: the next is asked for after the former was committed or refused. A batch may be asked for again
   * by calling `read` anew with the positions as stored.
   */
  read(positions: ReadonlyMap<string, string>, signal: AbortSignal): AsyncIterable<SourceBatch>
  state(): SourceState
  /** Whether `read` ended because partitions came to this instance: it is to be called again, with the positions as stored now. */
  reassigned?(): boolean
  /** How the stream is being read; sources that are no streams have none. */
  figures?(): StreamFigures
}
