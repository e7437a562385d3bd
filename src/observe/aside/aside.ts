import type { RecordBatch } from './batch.ts'

/** Decodes and judges beside the thread that counts, for sources from which much comes. */
export interface DecodingAside {
  /** Whether that many payloads are to be handed over; told of each batch, it finds out by itself when it is worth a thread. */
  readonly wants: (payloads: number) => boolean
  /** What they come to, judged by the plan in force when it resolves; null: they are to be decoded where they are. */
  readonly decode: (payloads: readonly Uint8Array[]) => Promise<RecordBatch | null>
  readonly close: () => void
}
