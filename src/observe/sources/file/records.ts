import type { Decoded } from '../../../model/record.ts'
import type { EarlyCheck, Judged } from '../../check/early.ts'
import type { Decode } from '../../decode/decode.ts'
import { type FileLines, type LinesFrom, type More, openLines } from './file-lines.ts'

/** The records of one open file from some line on: those in memory at once, the others after `more`. */
export interface FileRecords {
  /** Moves on; false: `more` first. */
  readonly next: () => boolean
  /** Reads on. Throws what the file system throws. */
  readonly more: () => Promise<More>
  readonly number: () => number
  readonly offset: () => number
  readonly end: () => number
  /** The current record. */
  readonly read: () => Decoded
  /** The same, judged here, so that what is flawless needn't keep its payload while it waits. */
  readonly judge: () => Judged
  /** Whether the file breaks off within what is compressed. */
  readonly isBroken: () => boolean
  readonly close: () => Promise<void>
}

/** Opens a file at a line. Throws what the file system throws. */
export type OpenRecords = (path: string, from: LinesFrom) => Promise<FileRecords>

/** Reads, decodes and judges where it is called. */
export function recordsHere(decode: Decode, early: EarlyCheck): OpenRecords {
  return async (path, from) => decoded(await openLines(path, from), decode, early)
}

function decoded(lines: FileLines, decode: Decode, early: EarlyCheck): FileRecords {
  let current: Decoded | null = null

  function read(): Decoded {
    if (current !== null) return current
    const parsed = lines.parse()
    current = parsed.ok ? decode(parsed.value, null) : parsed
    return current
  }

  return {
    next: () => {
      current = null
      return lines.next()
    },
    more: () => {
      current = null
      return lines.more()
    },
    number: lines.number,
    offset: lines.offset,
    end: lines.end,
    read,
    judge: () => early(read()),
    isBroken: lines.isBroken,
    close: lines.close,
  }
}
