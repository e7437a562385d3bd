import { createHeap, type Heap } from './heap.ts'
import { createFileReader, type ReaderDeps } from './file-reader.ts'
import type { Entry, FileReader } from './reader.ts'
import { comparePlaces, type Place } from './reorder.ts'
import type { FilePosition } from './position.ts'
import type { FoundFile } from './scan.ts'

/** Files read side by side, oldest record first, as far as each file's own records are in order. */
export interface FileSet {
  readonly readers: ReadonlyMap<string, FileReader>
  /** The next record, if it is known without reading; null: `settle` first. */
  readonly ready: () => Entry | null
  /** Reads until the next record is known; false: no file has one for now. */
  readonly settle: () => Promise<boolean>
  readonly take: () => Entry | null
  /** Files that came to their end since this was asked last. */
  readonly ended: () => readonly FileReader[]
  readonly start: (file: FoundFile, stored: FilePosition | null) => void
  /** Goes on with a file as it stands now, whatever its path was. */
  readonly resume: (reader: FileReader, path: string, file: FoundFile) => void
  /** Reads what is left of a file that is no longer at its path. False: it isn't open. */
  readonly finish: (reader: FileReader) => boolean
  readonly remove: (path: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** Files not yet begun are closed again when more are open than this. */
const MANY_OPEN = 64
/** Of one file, and what those of all may come to. Waiting for the next takes longer than reading it: few large ones are best. */
const LARGEST_CHUNK = 1024 * 1024
const SMALLEST_CHUNK = 32 * 1024
const ALL_CHUNKS = 8 * 1024 * 1024
const NOWHERE: Place = { at: Number.POSITIVE_INFINITY, name: '', line: 0 }

export function createFileSet(deps: Omit<ReaderDeps, 'chunk'>): FileSet {
  const readers = new Map<string, FileReader>()
  /** Those with a next record, but the one that is being read. */
  const heap: Heap<FileReader> = createHeap((a, b) => comparePlaces(a.place() ?? NOWHERE, b.place() ?? NOWHERE))
  /** Those of which it isn't known whether they have one. */
  const hungry = new Set<FileReader>()
  const removed = new WeakSet<FileReader>()
  let current: FileReader | null = null
  let ended: FileReader[] = []

  const chunk = (): number => Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, Math.floor(ALL_CHUNKS / readers.size)))

  function first(): FileReader | undefined {
    for (let reader = heap.first(); reader !== undefined && removed.has(reader); reader = heap.first()) heap.take()
    return heap.first()
  }

  function ready(): Entry | null {
    if (hungry.size > 0) return null
    if (current === null) {
      if (first() === undefined) return null
      current = heap.take() ?? null
    }
    const next = current?.next() ?? null
    if (current === null || next === null) return null
    const other = heap.size() === 0 ? undefined : first()
    if (other === undefined || comparePlaces(current.place() ?? NOWHERE, other.place() ?? NOWHERE) <= 0) return next
    const before = current
    current = heap.take() ?? null
    heap.add(before)
    return current?.next() ?? null
  }

  async function fill(reader: FileReader): Promise<void> {
    await reader.fill()
    if (reader.state() === 'done') ended.push(reader)
  }

  async function settle(): Promise<boolean> {
    if (current !== null && current.next() === null) {
      await fill(current)
      if (current.next() === null) current = null
    }
    let open = hungry.size > 1 ? [...readers.values()].filter((reader) => reader.isOpen()).length : 0
    for (const reader of hungry) {
      hungry.delete(reader)
      await fill(reader)
      if (reader.next() === null) continue
      open += 1
      if (open > MANY_OPEN && reader.position().head.line === 0) await reader.park()
      heap.add(reader)
    }
    return current !== null || first() !== undefined
  }

  function look(reader: FileReader): void {
    if (reader.state() === 'reading' && reader.place() === null && reader !== current) hungry.add(reader)
  }

  return {
    readers,
    ready,
    settle,
    take: () => current?.take() ?? null,
    ended: () => {
      const readers = ended
      ended = []
      return readers
    },
    start: (file, stored) => {
      const reader = createFileReader(file, stored, { ...deps, chunk })
      readers.set(file.path, reader)
      look(reader)
    },
    resume: (reader, path, file) => {
      if (path !== file.path) {
        readers.delete(path)
        readers.set(file.path, reader)
      }
      reader.resume(file)
      look(reader)
    },
    finish: (reader) => {
      const is = reader.finish()
      if (is) look(reader)
      return is
    },
    remove: async (path) => {
      const reader = readers.get(path)
      readers.delete(path)
      if (reader === undefined) return
      removed.add(reader)
      if (current === reader) current = null
      hungry.delete(reader)
      await reader.close()
    },
    close: async () => {
      for (const reader of readers.values()) await reader.close()
    },
  }
}
