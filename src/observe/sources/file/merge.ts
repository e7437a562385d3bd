import type { ArrivedRecord } from '../../../model/record.ts'
import { type Duration, floorTo, type Instant, MINUTE } from '../../../model/time.ts'
import type { SourceBatch } from '../source.ts'
import { createFileSet } from './file-set.ts'
import { NOTHING_READ, readPosition, SET_PARTITION, type SetPosition } from './position.ts'
import type { Entry, FileReader } from './reader.ts'
import type { OpenRecords } from './records.ts'
import { createReorder } from './reorder.ts'
import { createSteps } from './steps.ts'
import { createWatch } from './watch.ts'

export interface MergeDeps {
  readonly root: string
  readonly paths: readonly string[]
  readonly openRecords: OpenRecords
  readonly follow: boolean
  readonly now: () => Instant
  readonly lookEvery: Duration
  readonly limits?: Partial<MergeLimits>
}

/** The records of all files in the order of their arrival, batch by batch. */
export interface Merge {
  /** The next batch; null: nothing has changed. */
  readonly read: (signal: AbortSignal) => Promise<Pick<SourceBatch, 'records' | 'steps' | 'afterJudging'> | null>
  /** Nothing will ever come again. */
  readonly isOver: () => boolean
  /** Everything there is was read, and no file may grow. */
  readonly isComplete: () => boolean
  readonly isEmpty: () => boolean
  readonly problems: () => readonly string[]
  readonly close: () => Promise<void>
}

/** Records wait this long for older ones: the watermark is that far behind the newest arrival. */
const REORDER: Duration = 5 * MINUTE

const NEVER = Number.NEGATIVE_INFINITY

/** How much is taken at once. */
export interface MergeLimits {
  /** Of a batch; it ends with the record that reaches one of them. */
  readonly records: number
  readonly bytes: number
  /** Held back for older ones. Past it the oldest go out early, which changes no count: the watermark stays behind them. */
  readonly held: number
  readonly heldBytes: number
}

const LIMITS: MergeLimits = {
  records: 2_000,
  bytes: 8 * 1024 * 1024,
  held: 40_000,
  heldBytes: 32 * 1024 * 1024,
}

/**
 * Records go out once their arrival is behind the watermark, in the order of (arrival, file, line); those that come too
 * late at once. A batch with late records is marked to wait until the minutes before the watermark are judged without
 * them, and the watermark's minute never moves before a late record within a batch: so each minute is judged on the same
 * records however the batches fall, live and in replay.
 */
export function createMerge(positions: ReadonlyMap<string, string>, deps: MergeDeps): Merge {
  const limits: MergeLimits = { ...LIMITS, ...deps.limits }
  const set = createFileSet(deps)
  const watch = createWatch(set, positions, deps)
  const stored = readPosition<SetPosition>(positions.get(SET_PARTITION)) ?? NOTHING_READ
  const steps = createSteps(positions)
  const order = createReorder<Entry>(stored.floor)
  let heldBytes = 0
  let newest = stored.newest
  let observed = stored.observed ?? NEVER
  let complete = stored.complete
  /** What the last step said of how far all is counted. */
  let reported = stored.observed
  let isAtEnd = false
  let records: ArrivedRecord[] = []
  let bytes = 0

  /** Whatever arrived before it goes out; and the minute that it stands in, before which records are late. */
  let watermark = NEVER
  let judgeable = NEVER
  moved()

  function moved(): void {
    watermark = Math.max(observed, (newest ?? NEVER) - REORDER)
    judgeable = floorTo(watermark, MINUTE)
  }

  const isFull = (): boolean => records.length >= limits.records || bytes >= limits.bytes

  /** The file whose position is known to have changed: the same one many times in a row. */
  let touched: FileReader | null = null
  function touch(reader: FileReader): void {
    touched = reader
    steps.touch(reader)
  }

  function give(entry: Entry): void {
    entry.isOut = true
    records.push(entry)
    bytes += entry.end - entry.offset
    if (entry.reader !== touched) touch(entry.reader)
  }

  /** Gives out the first one held, if it is before `until`. */
  function giveFirst(until: Instant): boolean {
    const entry = order.take(until)
    if (entry === null) return false
    heldBytes -= entry.end - entry.offset
    give(entry)
    return true
  }

  function hold(entry: Entry): void {
    order.add(entry)
    heldBytes += entry.end - entry.offset
  }

  /** Reads again what was read before the restart: what isn't out is held as it was. */
  async function restore(): Promise<void> {
    for (;;) {
      const entry = set.ready()
      if (entry?.again === false || (entry === null && !(await set.settle()))) return
      if (entry === null) continue
      set.take()
      if (order.isOut(entry)) entry.isOut = true
      else hold(entry)
    }
  }

  /** Takes in a record just read. */
  function accept(entry: Entry): void {
    if (entry.reader !== touched) touch(entry.reader)
    if (order.isOut(entry) || entry.at < watermark) {
      order.raise(entry)
      give(entry)
      return
    }
    hold(entry)
    if (deps.follow && entry.at > deps.now() + REORDER) {
      // A clock that is ahead must not move the watermark: it, and what is before it, goes out now.
      while (!entry.isOut && giveFirst(Number.POSITIVE_INFINITY));
      return
    }
    if (newest === null || entry.at > newest) {
      newest = entry.at
      moved()
    }
    while ((order.size() > limits.held || heldBytes > limits.heldBytes) && giveFirst(Number.POSITIVE_INFINITY));
  }

  async function read(signal: AbortSignal): ReturnType<Merge['read']> {
    records = []
    bytes = 0
    touched = null
    let afterJudging: Instant | null = null
    for (const reader of await watch.look()) release(reader)
    await restore()
    const begun = floorTo(reported ?? NEVER, MINUTE)
    while (!signal.aborted) {
      while (!isFull() && giveFirst(watermark));
      if (isFull()) break
      const entry = set.ready()
      if (entry === null) {
        if (await set.settle()) continue
        if (advance()) continue
        break
      }
      if (isLate(entry)) {
        if (judgeable > begun) break
        afterJudging = judgeable
      }
      isAtEnd = false
      complete = false
      set.take()
      accept(entry)
    }
    return cut(afterJudging)
  }

  /** A verdict of the minute it belongs to may have been given already. */
  function isLate(entry: Entry): boolean {
    return entry.at < judgeable && entry.arrivedAt === entry.at && floorTo(entry.at, MINUTE) < judgeable
  }

  /** At the end of all files: everything is observed until when? True: so more is to be given out. */
  function advance(): boolean {
    const readers = [...set.readers.values()]
    const growing = readers.some((reader) => reader.isGrowing())
    const unsettled = readers.some(
      (reader) => reader.state() === 'failed' || (reader.state() === 'waiting' && !reader.isGrowing()),
    )
    isAtEnd = true
    complete = !deps.follow || (!growing && !unsettled && readers.length > 0)
    let until = NEVER
    if (growing) until = (watch.lookedAt() ?? until) - REORDER
    else if (complete && newest !== null) until = floorTo(newest, MINUTE) + 2 * MINUTE
    if (until <= watermark) return false
    observed = until
    moved()
    return order.size() > 0
  }

  /** What was held of files that can't be read again goes out, with all that stands before it. */
  function release(reader: FileReader): void {
    for (const entry of reader.held()) while (!entry.isOut && giveFirst(Number.POSITIVE_INFINITY));
    steps.touch(reader)
  }

  function cut(afterJudging: Instant | null): Awaited<ReturnType<Merge['read']>> {
    const until = Math.min(watermark, order.first()?.at ?? Number.POSITIVE_INFINITY)
    if (Number.isFinite(until)) reported = Math.max(reported ?? until, until)
    for (const reader of set.ended()) steps.touch(reader)
    const whole = { newest, observed: reported, floor: order.floor(), complete: complete && order.size() === 0 }
    const changed = steps.since(set.readers, whole, reported)
    return records.length === 0 && changed.length === 0 ? null : { records, steps: changed, afterJudging }
  }

  return {
    read,
    isOver: () => !deps.follow && isAtEnd && order.size() === 0,
    isComplete: () => complete,
    isEmpty: () => set.readers.size === 0,
    problems: () => [
      ...watch.problems(),
      ...[...set.readers.values()].flatMap((reader) => (reader.problem() === '' ? [] : [reader.problem()])),
    ],
    close: set.close,
  }
}
