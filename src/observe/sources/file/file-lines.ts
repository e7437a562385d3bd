import type { Parsed } from '../../decode/parse.ts'
import { type Chunks, openGzip, openPlain } from './chunks.ts'
import { createLineCursor } from './lines.ts'

/** `fed`: lines may be there. `last`: the current line is what the file ends with. `end`: nothing more for now. */
export type More = 'fed' | 'last' | 'end'

/** The lines of one open file from some line on: those in memory at once, the others after `more`. */
export interface FileLines {
  readonly next: () => boolean
  /** Reads on. Throws what the file system throws. */
  readonly more: () => Promise<More>
  readonly number: () => number
  readonly offset: () => number
  readonly end: () => number
  readonly parse: () => Parsed
  /** Whether the file breaks off within what is compressed. */
  readonly isBroken: () => boolean
  readonly close: () => Promise<void>
}

export interface LinesFrom {
  readonly gzipped: boolean
  /** Bytes and lines that come before; of a gzipped file they are passed over. */
  readonly offset: number
  readonly line: number
  /** Whether what stands after the last line feed is a line: the file is finished. */
  readonly isFinished: () => boolean
  /** Bytes to read at once. */
  readonly chunk: number
}

export async function openLines(path: string, from: LinesFrom): Promise<FileLines> {
  const { gzipped } = from
  const chunks: Chunks = gzipped ? openGzip(path, from.chunk) : await openPlain(path, from.offset, from.chunk)
  const cursor = gzipped ? createLineCursor(0, 0) : createLineCursor(from.offset, from.line)
  let isBroken = false
  let isOver = false

  async function more(): Promise<More> {
    if (isOver) return 'end'
    const chunk = await chunks.read()
    if (typeof chunk !== 'string') {
      cursor.feed(chunk)
      return 'fed'
    }
    if (chunk === 'end' && !gzipped && !from.isFinished()) return 'end'
    isOver = true
    isBroken = chunk === 'broken'
    // A file that breaks off always ends with a record that says so, whether or not a line had begun.
    return cursor.last() || isBroken ? 'last' : 'end'
  }

  return {
    next: () => {
      while (cursor.next()) if (cursor.number() > from.line) return true
      return false
    },
    more,
    number: () => cursor.number() + (isBroken && !cursor.isLast() ? 1 : 0),
    offset: () => (isBroken && !cursor.isLast() ? cursor.end() : cursor.offset()),
    end: cursor.end,
    parse: () => (isBroken ? cursor.broken() : cursor.parse()),
    isBroken: () => isBroken,
    close: () => chunks.close(),
  }
}
