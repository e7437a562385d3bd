import type { Instant } from '../../../model/time.ts'
import type { PositionStep } from '../source.ts'
import { SET_PARTITION, type SetPosition } from './position.ts'
import type { FileReader } from './reader.ts'

/** Turns what has changed since the last batch into position steps. */
export interface Steps {
  readonly touch: (reader: FileReader) => void
  /** `observedUntil`: how far everything is counted. Empty where nothing has changed. */
  readonly since: (
    readers: ReadonlyMap<string, FileReader>,
    whole: SetPosition,
    observedUntil: Instant | null,
  ) => readonly PositionStep[]
}

/**
 * A step for each file that was read, and one for the partition `.`, which alone says how far the source is observed:
 * files begin and end, and none of them may hold the others back.
 */
export function createSteps(positions: ReadonlyMap<string, string>): Steps {
  const texts = new Map(positions)
  const touched = new Set<FileReader>()

  function step(partition: string, position: object, observedUntil: Instant | null, complete: boolean): PositionStep[] {
    const from = texts.get(partition) ?? null
    const to = JSON.stringify(position)
    if (from === to) return []
    texts.set(partition, to)
    return [{ partition, from, to, observedUntil, listeningSince: null, complete }]
  }

  return {
    touch: (reader) => {
      touched.add(reader)
    },
    since: (readers, whole, observedUntil) => {
      const steps = [...touched].flatMap((reader) => {
        const { path } = reader.file()
        const position = readers.get(path) === reader ? reader.position() : null
        return position === null ? [] : step(path, position, null, position.done)
      })
      touched.clear()
      return [...steps, ...step(SET_PARTITION, whole, observedUntil, whole.complete)]
    },
  }
}
