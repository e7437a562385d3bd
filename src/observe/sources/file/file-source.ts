import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { type Duration, type Instant, SECOND } from '../../../model/time.ts'
import type { EarlyCheck } from '../../check/early.ts'
import type { FormatConfig } from '../../decode/config.ts'
import { createDecoder } from '../../decode/decode.ts'
import type { Source, SourceBatch, SourceState } from '../source.ts'
import { createMerge, type Merge, type MergeLimits } from './merge.ts'
import { type OpenRecords, recordsHere } from './records.ts'

export interface FileSourceDeps {
  readonly id: string
  /** Where relative paths start; an absolute path. */
  readonly root: string
  /** Files, folders of archives and glob patterns. */
  readonly paths: readonly string[]
  readonly format: FormatConfig
  /** Plain files may grow and new files may come; false: what is there is read to its end, and that is all. */
  readonly follow: boolean
  readonly now: () => Instant
  /** Judges records where they are read, so that those that wait for their turn are small; without it, with their batch. */
  readonly early?: EarlyCheck
  /** Reads and judges elsewhere, such as in a thread; `format` and `early` are then as they are there. */
  readonly openRecords?: OpenRecords
  /** How often to look whether files have changed. */
  readonly lookEvery?: Duration
  readonly limits?: Partial<MergeLimits>
}

/** Nothing is said of a record where it is read. */
const judgedLater: EarlyCheck = (decoded) => ({ decoded, judged: null })

/** Files of payloads, a line each, in the order of their arrival. What is promised is told in `merge.ts`. */
export function createFileSource(deps: FileSourceDeps): Source {
  const { lookEvery = SECOND } = deps
  const openRecords = deps.openRecords ?? recordsHere(createDecoder(deps.format), deps.early ?? judgedLater)
  let merge: Merge | null = null

  async function* read(positions: ReadonlyMap<string, string>, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    const reading = createMerge(positions, { ...deps, lookEvery, openRecords })
    merge = reading
    try {
      while (!signal.aborted) {
        const began = performance.now()
        const step = await reading.read(signal)
        if (signal.aborted) return
        if (step !== null) {
          let refused = false
          do {
            refused = false
            yield {
              ...step,
              acknowledge: () => {},
              refuse: () => {
                refused = true
              },
            }
          } while (refused && !signal.aborted)
        } else if (reading.isOver()) return
        else await rest(lookEvery - (performance.now() - began), signal)
      }
    } finally {
      await reading.close()
    }
  }

  const state = (): SourceState => {
    if (merge === null) return { state: 'starting', detail: '' }
    const problems = merge.problems()
    if (problems.length > 0) return { state: 'failing', detail: some(problems) }
    if (merge.isEmpty()) return { state: 'waiting', detail: `no file matches ${deps.paths.join(', ')}` }
    return { state: merge.isComplete() ? 'complete' : 'running', detail: '' }
  }

  return { id: deps.id, type: 'file', read, state }
}

async function rest(time: Duration, signal: AbortSignal): Promise<void> {
  await pause(Math.max(1, time), undefined, { signal }).catch(() => undefined)
}

/** At most three, and how many more there are. */
function some(problems: readonly string[]): string {
  const rest = problems.length - 3
  return `${problems.slice(0, 3).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`
}
