import type { Duration } from '../../../model/time.ts'

/** What became of one event. */
export interface Emitted {
  /** `later`: it may work another time. */
  readonly outcome: 'sent' | 'rejected' | 'later'
  /** In words, bounded, without a secret. */
  readonly detail: string
  /** How long the other side asks to be left alone; null: it doesn't say. */
  readonly retryAfter: Duration | null
}

/** The port to whoever collects lineage: takes events one after another. Its promises are in `test/contract/emitter.ts`. */
export interface Emitter {
  readonly name: string
  /** One attempt at one event. Never throws. */
  readonly emit: (event: object, signal: AbortSignal) => Promise<Emitted>
}
