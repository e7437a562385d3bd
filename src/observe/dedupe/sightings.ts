import { type Duration, floorTo, HOUR, type Instant } from '../../model/time.ts'
import { hashId, type IdHash } from './hash.ts'

/** Bytes an id takes in the store: its hash, and the milliseconds of its arrival within the hour. */
const ENTRY = 12
const SMALLEST = 1 << 12
/** Share of the slots that may be taken before the table grows. */
const FULL = 0.7
/** In the place of a time: the slot is taken by an id that was never seen, as far as it is known. Near no record's arrival. */
const NEVER: Instant = 1
/** How much older than another a record may be that comes after it, and still find what it has to find. */
const OUT_OF_ORDER = HOUR

export interface SightingsConfig {
  /** A second record within this long of the former is a duplicate. */
  readonly horizon: Duration
  /** Most ids that are remembered (25 to 50 bytes each); when there are more the horizon shrinks. */
  readonly capacity: number
  /** False: no later process goes on from what was seen, so that nothing is ever pending. Left out: one may. */
  readonly isStored?: boolean
}

/** What one batch saw in a partition, for the store: 12 bytes an id, by hour of arrival. */
export interface PendingSightings {
  readonly hour: Instant
  readonly bytes: Uint8Array
}

/**
 * Which ids of a source's partition were seen when: exact but for hash collisions. A batch's sightings count at once for
 * the records after it, and are taken back by `discard` if the batch wasn't stored.
 */
export interface Sightings {
  /**
   * Whether `id` was seen within the horizon of `arrivedAt`, as a duplicate or not; it is seen now in any case. Records may
   * come out of order: the newest arrival is remembered, and one that arrived before it is a duplicate at the same distance,
   * so that how many duplicates there are doesn't depend on the order of two records.
   */
  readonly see: (id: string, arrivedAt: Instant) => boolean
  readonly pending: () => readonly PendingSightings[]
  readonly commit: () => void
  readonly discard: () => void
  /** Takes back in what an earlier process stored. Bytes that are no whole entry are left out. */
  readonly restore: (hour: Instant, bytes: Uint8Array) => void
  readonly size: () => number
  /** From now on at most so many ids are remembered. Between batches only. */
  readonly resize: (capacity: number) => void
  /** What was seen before it may be forgotten, for want of room; null: the whole horizon is remembered. */
  readonly coveredSince: () => Instant | null
  /** What was seen before `since` isn't known: it was forgotten before it could be restored. */
  readonly lack: (since: Instant) => void
}

export function createSightings({ horizon, capacity: first, isStored = true }: SightingsConfig): Sightings {
  let capacity = first
  let slots = SMALLEST
  let table = createTable(slots)
  let size = 0
  let forgotten: Instant | null = null
  /** The oldest arrival since the last rebuild. */
  let lowest: Instant = Number.POSITIVE_INFINITY
  const hash: IdHash = { high: 0, low: 0 }
  /** The batch under way, four numbers an id: hash, arrival, and what stood there before. */
  let batch: number[] = []

  /** The slot that holds this hash, or the empty one where it belongs. */
  function slotOf(high: number, low: number): number {
    const { times, halves } = table
    const mask = slots - 1
    let slot = low & mask
    while (times[2 * slot] !== 0 && (halves[4 * slot + 2] !== high || halves[4 * slot + 3] !== low)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  function put(slot: number, high: number, low: number, at: Instant): void {
    const { times, halves } = table
    if (times[2 * slot] === 0) size += 1
    halves[4 * slot + 2] = high
    halves[4 * slot + 3] = low
    times[2 * slot] = at
  }

  /** Leaves out what is past the horizon, and what is older if even so half of the room isn't free; then has room for half as much again. */
  function rebuild(): void {
    // From the oldest record of late: one that claims to be from 2099 makes no other old, and an archive read late stays whole.
    let keepFrom = lowest === Number.POSITIVE_INFINITY ? NEVER : lowest - horizon - OUT_OF_ORDER
    let kept = countFrom(table, keepFrom)
    if (forgotten !== null && keepFrom >= forgotten) forgotten = null
    let room = kept
    if (kept >= capacity * 0.9) {
      room = Math.ceil(capacity / 2)
      // The median where it is nearly full; more goes where there is less room than before.
      keepFrom = quantileOf(table, Math.max(0.5, 1 - (0.9 * room) / kept))
      forgotten = keepFrom + 1
      kept = Math.min(room, kept)
    }
    const old = table
    slots = SMALLEST
    while (slots * FULL < kept * 1.5) slots *= 2
    table = createTable(slots)
    size = 0
    for (let slot = 0; 2 * slot < old.times.length && size < room; slot++) {
      const at = old.times[2 * slot] ?? 0
      if (at <= NEVER || at < keepFrom) continue
      const high = old.halves[4 * slot + 2] ?? 0
      const low = old.halves[4 * slot + 3] ?? 0
      put(slotOf(high, low), high, low, at)
    }
    lowest = Number.POSITIVE_INFINITY
  }

  function makeRoom(): void {
    if (size >= slots * FULL || size >= capacity) rebuild()
  }

  return {
    see: (id, arrivedAt) => {
      if (arrivedAt < lowest) lowest = arrivedAt
      makeRoom()
      hashId(id, hash)
      const { high, low } = hash
      const slot = slotOf(high, low)
      const before = table.times[2 * slot] ?? 0
      batch.push(high, low, arrivedAt, before)
      put(slot, high, low, Math.max(before, arrivedAt))
      return before > NEVER && Math.abs(arrivedAt - before) <= horizon
    },
    pending: () => (isStored ? entriesByHour(batch) : []),
    commit: () => {
      batch = []
    },
    discard: () => {
      for (let at = batch.length - 4; at >= 0; at -= 4) {
        const slot = slotOf(batch[at] ?? 0, batch[at + 1] ?? 0)
        const before = batch[at + 3] ?? 0
        // A new id keeps its slot: emptying it would break the chain to those after it. It goes with the next rebuild.
        if (table.times[2 * slot] !== 0) table.times[2 * slot] = before === 0 ? NEVER : before
      }
      batch = []
    },
    restore: (hour, bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      if (hour < lowest) lowest = hour
      for (let at = 0; at + ENTRY <= bytes.byteLength; at += ENTRY) {
        makeRoom()
        const high = view.getUint32(at, true)
        const low = view.getUint32(at + 4, true)
        const slot = slotOf(high, low)
        put(slot, high, low, Math.max(table.times[2 * slot] ?? 0, hour + view.getUint32(at + 8, true)))
      }
    },
    size: () => size,
    resize: (to) => {
      capacity = to
      if (size > capacity) rebuild()
    },
    coveredSince: () => forgotten,
    lack: (since) => {
      forgotten = Math.max(forgotten ?? since, since)
    },
  }
}

/** Sixteen bytes a slot, so that a look costs one line of the processor's cache: a time (0: empty), then the hash's halves. */
interface Table {
  readonly times: Float64Array
  readonly halves: Uint32Array
}

function createTable(slots: number): Table {
  const memory = new ArrayBuffer(slots * 16)
  return { times: new Float64Array(memory), halves: new Uint32Array(memory) }
}

const SAMPLED = 1 << 14

/** A quantile of the times, from up to 16,384 slots spread evenly: hashes lie where they lie by chance, so it is a fair sample. */
function quantileOf({ times }: Table, share: number): Instant {
  const step = 2 * Math.max(1, Math.floor(times.length / 2 / SAMPLED))
  const sample: number[] = []
  for (let index = 0; index < times.length; index += step) {
    const at = times[index] ?? 0
    if (at > NEVER) sample.push(at)
  }
  sample.sort((a, b) => a - b)
  return sample[Math.floor(sample.length * share)] ?? 0
}

function countFrom({ times }: Table, from: Instant): number {
  let count = 0
  for (let index = 0; index < times.length; index += 2) {
    const at = times[index] ?? 0
    if (at > NEVER && at >= from) count += 1
  }
  return count
}

interface HourPage {
  readonly hour: Instant
  entries: number
  view: DataView
  to: number
}

function entriesByHour(batch: readonly number[]): PendingSightings[] {
  const pages = new Map<Instant, HourPage>()
  let page: HourPage = { hour: Number.NaN, entries: 0, view: NO_ENTRIES, to: 0 }
  // Records come in order of arrival: nearly all are of the hour of the one before.
  const pageOf = (arrivedAt: Instant): HourPage => {
    const hour = floorTo(arrivedAt, HOUR)
    const known = pages.get(hour) ?? { hour, entries: 0, view: NO_ENTRIES, to: 0 }
    pages.set(hour, known)
    return known
  }
  const isOf = (hour: Instant, arrivedAt: Instant): boolean => arrivedAt >= hour && arrivedAt < hour + HOUR

  for (let at = 2; at < batch.length; at += 4) {
    const arrivedAt = batch[at] ?? 0
    if (!isOf(page.hour, arrivedAt)) page = pageOf(arrivedAt)
    page.entries += 1
  }
  for (const each of pages.values()) each.view = new DataView(new ArrayBuffer(each.entries * ENTRY))
  for (let at = 0; at < batch.length; at += 4) {
    const arrivedAt = batch[at + 2] ?? 0
    if (!isOf(page.hour, arrivedAt)) page = pageOf(arrivedAt)
    page.view.setUint32(page.to, batch[at] ?? 0, true)
    page.view.setUint32(page.to + 4, batch[at + 1] ?? 0, true)
    page.view.setUint32(page.to + 8, arrivedAt - page.hour, true)
    page.to += ENTRY
  }
  return [...pages.values()].map(({ hour, view }) => ({ hour, bytes: new Uint8Array(view.buffer) }))
}

const NO_ENTRIES = new DataView(new ArrayBuffer(0))
