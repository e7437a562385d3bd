import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { positionInWords } from '../../../../src/model/record.ts'
import { type Instant, iso, MINUTE } from '../../../../src/model/time.ts'
import { createFileSource, type FileSourceDeps } from '../../../../src/observe/sources/file/file-source.ts'
import type { Source, SourceBatch } from '../../../../src/observe/sources/source.ts'

export const START: Instant = Date.UTC(2026, 2, 2, 8)

/** A call that arrived so many minutes after `START`; null: it doesn't say. */
export function call(minute: number | null, id: string, event = 'Order Completed'): string {
  const receivedAt = minute === null ? {} : { receivedAt: iso(START + minute * MINUTE) }
  return JSON.stringify({ type: 'track', event, messageId: id, ...receivedAt, properties: {} })
}

export function put(root: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), path.endsWith('.gz') && typeof content === 'string' ? gzipSync(content) : content)
}

export function sourceOf(root: string, paths: readonly string[], more: Partial<FileSourceDeps> = {}): Source {
  return createFileSource({
    id: 'archive',
    root,
    paths,
    format: { type: 'segment' },
    follow: false,
    now: () => START,
    lookEvery: 1,
    ...more,
  })
}

/** A store of positions that takes a batch only where each step starts from what is stored. */
export interface Stored {
  readonly positions: Map<string, string>
  observedUntil: Instant | null
  complete: boolean
}

export function emptyStore(): Stored {
  return { positions: new Map(), observedUntil: null, complete: false }
}

export function commit(stored: Stored, batch: SourceBatch): void {
  for (const { partition, from } of batch.steps) {
    if ((stored.positions.get(partition) ?? null) !== from) throw new Error(`${partition} stands elsewhere`)
  }
  for (const { partition, to, observedUntil, complete } of batch.steps) {
    stored.positions.set(partition, to)
    if (observedUntil !== null) stored.observedUntil = Math.max(stored.observedUntil ?? observedUntil, observedUntil)
    if (partition === '.') stored.complete = complete
  }
}

export interface Told {
  /** `a.ndjson line 3`. */
  readonly at: string
  readonly arrivedAt: Instant | null
  /** Its id, or why it isn't one. */
  readonly what: string | null
}

export function toldOf(batch: SourceBatch): Told[] {
  return batch.records.map((record) => ({
    at: `${record.partition} ${positionInWords(record)}`,
    arrivedAt: record.arrivedAt,
    what: record.decoded.ok ? record.decoded.id : record.decoded.reason,
  }))
}

/** Reads a finished archive to its end. */
export async function readAll(source: Source, stored: Stored = emptyStore()): Promise<Told[]> {
  const told: Told[] = []
  for await (const batch of source.read(new Map(stored.positions), new AbortController().signal)) {
    commit(stored, batch)
    told.push(...toldOf(batch))
  }
  return told
}

/** Minutes after `START`, to the millisecond. */
export function minutes(at: Instant | null): number | null {
  return at === null ? null : (at - START) / MINUTE
}
