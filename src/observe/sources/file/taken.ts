import type { LineStart } from './position.ts'
import { createQueue } from './queue.ts'
import type { Entry } from './reader.ts'

/** The records taken from a file, in the order of their lines; those that are out leave from the front. */
export interface Taken {
  readonly add: (entry: Entry) => void
  /** Behind the last record taken. */
  readonly reached: () => LineStart
  /** Before the first record that isn't out: what is read again after a restart begins there. */
  readonly low: () => LineStart
  /** Those that aren't out. */
  readonly held: () => readonly Entry[]
  readonly isAllOut: () => boolean
}

export function createTaken(from: LineStart): Taken {
  const entries = createQueue<Entry>()
  let { line, offset, carry } = from

  const reached = (): LineStart => ({ line, offset, carry })

  function firstHeld(): Entry | undefined {
    while (entries.first()?.isOut === true) entries.drop()
    return entries.first()
  }

  return {
    add: (entry) => {
      line = entry.line
      offset = entry.end
      carry = entry.at === Number.NEGATIVE_INFINITY ? null : entry.at
      entries.add(entry)
      firstHeld()
    },
    reached,
    low: () => {
      const first = firstHeld()
      return first === undefined ? reached() : { line: first.line - 1, offset: first.offset, carry: first.carry }
    },
    held: () => entries.values().filter(({ isOut }) => !isOut),
    isAllOut: () => firstHeld() === undefined,
  }
}
