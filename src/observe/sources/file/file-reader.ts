import { type Duration, type Instant, isPlausibleArrival, MINUTE } from '../../../model/time.ts'
import { firstArrival } from './first-arrival.ts'
import { readBeginning } from './mark.ts'
import type { FilePosition, Mark } from './position.ts'
import type { Entry, FileReader, ReaderState } from './reader.ts'
import type { FileRecords, OpenRecords } from './records.ts'
import type { Place } from './reorder.ts'
import { type FoundFile, inWords } from './scan.ts'
import { createTaken } from './taken.ts'

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
  const taken = createTaken(stored?.low ?? { line: 0, offset: 0, carry: null })
  /** Arrival of the record before the next one to be read. */
  let carry = taken.reached().carry
  /** A line was read, but its arrival isn't known. */
  let stuck = false
  /** No record of it says when it arrived. */
  let silent = false
  /** When to look again at a file that waits, even if it hasn't changed. */
  let lookAgainAt: Instant = Number.POSITIVE_INFINITY

  const isArchive = (): boolean => gzipped || /\.gz$/i.test(file.path)
  const openBehindTaken = () => {
    const { line, offset } = taken.reached()
    return deps.openRecords(file.absolute, {
      line,
      offset,
      gzipped,
      isFinished: () => isFinished || isArchive(),
      chunk: deps.chunk(),
    })
  }

  async function open(): Promise<FileRecords> {
    const beginning = await readBeginning(file.absolute, mark)
    mark = beginning.mark
    gzipped = beginning.gzipped
    carry = taken.reached().carry
    stuck = false
    return openBehindTaken()
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
    const ahead = await openBehindTaken()
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
    const entry = next
    if (entry === null) return null
    next = null
    taken.add(entry)
    if (records !== null && state === 'reading') advance(records)
    return entry
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
    held: taken.held,
    position: () => {
      const { line, offset } = taken.reached()
      return {
        name,
        inode: file.inode,
        size: file.size,
        mark: mark ?? { length: 0, hash: '' },
        low: taken.low(),
        head: line < readBefore.line ? readBefore : { line, offset },
        done: state === 'done' && taken.isAllOut(),
      }
    },
    close,
  }
  return reader
}
