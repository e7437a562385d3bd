import type { ArrivedRecord } from '../../../model/record.ts'
import { type Duration, type Instant, isPlausibleArrival, MINUTE } from '../../../model/time.ts'
import { readBeginning } from './mark.ts'
import type { FilePosition, Mark } from './position.ts'
import { createQueue } from './queue.ts'
import type { FileRecords, OpenRecords } from './records.ts'
import type { Place } from './reorder.ts'
import { type FoundFile, inWords } from './scan.ts'

/** A record with its place among all, and where its line stands: one object, since there is one of it for every line. */
export interface Entry extends Place, ArrivedRecord {
  readonly reader: FileReader
  readonly offset: number
  readonly end: number
  /** Arrival of the record before it. */
  readonly carry: Instant | null
  /** It was read before the restart. */
  readonly again: boolean
  isOut: boolean
}

/** `waiting`: at the end, until the file changes. `failed`: it couldn't be read; to be tried again. */
export type ReaderState = 'reading' | 'waiting' | 'done' | 'failed'

/** The records of one file, from where it was left. */
export interface FileReader {
  readonly file: () => FoundFile
  readonly state: () => ReaderState
  /** Why it failed; empty otherwise. */
  readonly problem: () => string
  /** Whether it may still grow, as plain files do that are followed. */
  readonly isGrowing: () => boolean
  /** The next record; null: `fill` first, or there is none. */
  readonly next: () => Entry | null
  /** Where the next record stands. Before all others if it was read before the restart; kept while parked. */
  readonly place: () => Place | null
  /** Reads until there is a next record, or as long as the state is `reading`. Never throws. */
  readonly fill: () => Promise<void>
  readonly take: () => Entry | null
  /** Closes the file for now and forgets the next record, but not its place: `fill` brings it back. */
  readonly park: () => Promise<void>
  readonly isOpen: () => boolean
  /** Goes on with a file that has changed, or failed. `file`: as it stands now, maybe under another path. */
  readonly resume: (file: FoundFile) => void
  /** The path names another file now: reads this one to its end, and what follows its last line feed as a line. False: it isn't open. */
  readonly finish: () => boolean
  /** Nothing more will come of it, and why that is a problem. */
  readonly abandon: (why: string) => Promise<void>
  /** Records taken that aren't out. */
  readonly held: () => readonly Entry[]
  readonly position: () => FilePosition
  readonly close: () => Promise<void>
}

export interface ReaderDeps {
  readonly openRecords: OpenRecords
  /** Plain files may grow, and a gzipped one may still be on its way. */
  readonly follow: boolean
  readonly now: () => Instant
  /** How many bytes to read at once: the fewer the more files are open. */
  readonly chunk: () => number
}

/** A gzipped file that breaks off may still be being written if it was changed less than this long ago. */
const SETTLED: Duration = MINUTE
/** A followed file of which no record says when it arrived is waited for no longer than this. */
const QUIET: Duration = 5 * MINUTE
const FIRST_OF_ALL: Place = { at: Number.NEGATIVE_INFINITY, name: '', line: 0 }

export function createFileReader(found: FoundFile, stored: FilePosition | null, deps: ReaderDeps): FileReader {
  const name = stored?.name ?? found.path
  const readBefore = stored?.head ?? { line: 0, offset: 0 }
  let file = found
  let mark: Mark | null = stored?.mark ?? null
  let state: ReaderState = stored?.done === true ? 'done' : 'reading'
  let problem = ''
  let gzipped = false
  let isFinished = !deps.follow
  let records: FileRecords | null = null
  let next: Entry | null = null
  let parked: Place | null = null
  /** Lines and bytes that were taken, and the arrival of the last. */
  let line = stored?.low.line ?? 0
  let offset = stored?.low.offset ?? 0
  let carried = stored?.low.carry ?? null
  /** Arrival of the record before the next one to be read. */
  let carry = carried
  /** A line was read, but its arrival isn't known. */
  let stuck = false
  /** No record of it says when it arrived. */
  let silent = false
  /** When to look again at a file that waits, even if it hasn't changed. */
  let lookAgainAt: Instant = Number.POSITIVE_INFINITY
  /** Records taken, in the order of their lines; those that are out leave from the front. */
  const held = createQueue<Entry>()

  const isArchive = (): boolean => gzipped || /\.gz$/i.test(file.path)
  const openFrom = (from: { line: number; offset: number }) =>
    deps.openRecords(file.absolute, {
      ...from,
      gzipped,
      isFinished: () => isFinished || isArchive(),
      chunk: deps.chunk(),
    })

  async function open(): Promise<FileRecords> {
    const beginning = await readBeginning(file.absolute, mark)
    mark = beginning.mark
    gzipped = beginning.gzipped
    carry = carried
    stuck = false
    return openFrom({ line, offset })
  }

  async function fill(): Promise<void> {
    try {
      while (next === null && state === 'reading') await step()
    } catch (error) {
      await close()
      problem = inWords(file.path, error)
      state = 'failed'
    }
    parked = null
  }

  async function step(): Promise<void> {
    records ??= await open()
    if (stuck) await lookAhead()
    else if (!advance(records) && !stuck) {
      const more = await records.more()
      if (more === 'last') await last(records)
      else if (more === 'end') await end()
    }
  }

  /** Moves on to the next record in memory. */
  function advance(from: FileRecords): boolean {
    if (stuck || !from.next()) return false
    return place(from)
  }

  async function last(from: FileRecords): Promise<void> {
    if (from.isBroken() && deps.follow && deps.now() - file.changedAt < SETTLED) await wait(file.changedAt + SETTLED)
    else place(from)
  }

  /** Until the file changes, or until then. */
  async function wait(until: Instant): Promise<void> {
    await close()
    lookAgainAt = until
    state = 'waiting'
  }

  async function end(): Promise<void> {
    // Too short for telling whether it is gzipped.
    const begins = !isFinished && file.size < 2 && (!isArchive() || deps.now() - file.changedAt < SETTLED)
    state = begins || (!isFinished && !isArchive()) ? 'waiting' : 'done'
    lookAgainAt = isArchive() ? file.changedAt + SETTLED : Number.POSITIVE_INFINITY
    if (state === 'done' || begins) await close()
  }

  /** Makes the current line the next record; false: only a line after it tells when it arrived. */
  function place(from: FileRecords): boolean {
    const read = from.read()
    const { receivedAt } = read
    const before = carry
    if (receivedAt !== null && isPlausibleArrival(receivedAt)) carry = receivedAt
    stuck = carry === null && !silent
    if (stuck) return false
    const arrivedAt = receivedAt ?? carry
    // One that can only be quarantined keeps its payload for it.
    const { decoded, judged } =
      arrivedAt !== null && isPlausibleArrival(arrivedAt) ? from.judge() : { decoded: read, judged: null }
    const number = from.number()
    next = {
      at: carry ?? Number.NEGATIVE_INFINITY,
      name,
      line: number,
      partition: file.path,
      position: number,
      arrivedAt,
      decoded,
      judged,
      reader,
      offset: from.offset(),
      end: from.end(),
      carry: before,
      again: number <= readBefore.line,
      isOut: false,
    }
    return true
  }

  /** Finds the first arrival that follows, in a pass of its own that keeps nothing. */
  async function lookAhead(): Promise<void> {
    const ahead = await openFrom({ line, offset })
    try {
      carry = await firstArrival(ahead)
    } finally {
      await ahead.close()
    }
    if (carry === null && !isFinished && !isArchive() && deps.now() - file.changedAt < QUIET) {
      await wait(file.changedAt + QUIET)
      return
    }
    silent = carry === null
    if (records !== null) place(records)
  }

  function take(): Entry | null {
    const taken = next
    if (taken === null) return null
    next = null
    line = taken.line
    offset = taken.end
    carried = taken.at === Number.NEGATIVE_INFINITY ? null : taken.at
    held.add(taken)
    while (held.first()?.isOut === true) held.drop()
    if (records !== null && state === 'reading') advance(records)
    return taken
  }

  async function close(): Promise<void> {
    const open = records
    records = null
    await open?.close()
  }

  const reader: FileReader = {
    file: () => file,
    state: () => state,
    problem: () => problem,
    isGrowing: () => !isFinished && !isArchive(),
    next: () => next,
    place: () => (next === null ? parked : next.again ? FIRST_OF_ALL : next),
    fill,
    take,
    isOpen: () => records !== null,
    park: async () => {
      parked = next
      next = null
      await close()
    },
    resume: (now) => {
      const changed = now.size !== file.size || now.changedAt !== file.changedAt || now.inode !== file.inode
      const grown = now.size !== file.size
      file = now
      if (state === 'failed' || (state === 'done' && deps.follow && grown)) state = 'reading'
      if (state === 'waiting' && (changed || deps.now() >= lookAgainAt)) state = 'reading'
    },
    finish: () => {
      isFinished = true
      if (records === null) return false
      if (state === 'waiting') state = 'reading'
      return true
    },
    abandon: async (why) => {
      await close()
      problem = why
      next = null
      state = 'done'
    },
    held: () => held.values().filter(({ isOut }) => !isOut),
    position: () => {
      while (held.first()?.isOut === true) held.drop()
      const first = held.first()
      return {
        name,
        inode: file.inode,
        size: file.size,
        mark: mark ?? { length: 0, hash: '' },
        low:
          first === undefined
            ? { line, offset, carry: carried }
            : { line: first.line - 1, offset: first.offset, carry: first.carry },
        head: line < readBefore.line ? readBefore : { line, offset },
        done: state === 'done' && first === undefined,
      }
    },
    close,
  }
  return reader
}

async function firstArrival(records: FileRecords): Promise<Instant | null> {
  const arrival = (): Instant | null => {
    const { receivedAt } = records.read()
    return receivedAt !== null && isPlausibleArrival(receivedAt) ? receivedAt : null
  }
  for (;;) {
    while (records.next()) {
      const at = arrival()
      if (at !== null) return at
    }
    const more = await records.more()
    if (more === 'last') return arrival()
    if (more === 'end') return null
  }
}
