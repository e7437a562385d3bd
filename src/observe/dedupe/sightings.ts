import { type Duration, floorTo, HOUR, type Instant } from '../../model/time.ts'
import { hashId, type IdHash } from './hash.ts'

/** Bytes an id takes in the store: its hash, and the milliseconds of its arrival within the hour. */
const ENTRY = 12
const SMALLEST = 1 << 12
/** Share of the slots that may be taken before the table grows. */
const FULL = 0.6

export interface SightingsConfig {
  /** A second record within this long of the former is a duplicate. */
  readonly horizon: Duration
  /** Most ids that are remembered; when there are more the horizon shrinks. */
  readonly capacity: number
}

/**
 * Which ids of a source's partition were seen when: exact but for hash collisions. A batch's sightings count at once for
 * the records after it, and are taken back by `discard` if the batch wasn't stored.
 */
export interface Sightings {
  /**
   * Whether `id` was seen within the horizon of `arrivedAt`, as a duplicate or not; it is seen now in any case. A record
   * that arrived before the sighting it is compared with counts by the same distance.
   */
  readonly see: (id: string, arrivedAt: Instant) => boolean
  /** What the batch under way saw, for the store: 12 bytes an id, by hour of arrival. */
  readonly pending: () => readonly { readonly hour: Instant; readonly bytes: Uint8Array }[]
  readonly commit: () => void
  readonly discard: () => void
  /** Takes back in what an earlier process stored. */
  readonly restore: (hour: Instant, bytes: Uint8Array) => void
  readonly size: () => number
  /** Nothing seen before it is remembered, for want of room; null: the whole horizon is. */
  readonly forgottenBefore: () => Instant | null
}

export function createSightings({ horizon, capacity }: SightingsConfig): Sightings {
  let slots = SMALLEST
  let highs = new Uint32Array(slots)
  let lows = new Uint32Array(slots)
  /** 0: an empty slot. */
  let times = new Float64Array(slots)
  let size = 0
  let newest: Instant = 0
  let forgotten: Instant | null = null
  const hash: IdHash = { high: 0, low: 0 }
  /** The batch under way: hash, arrival, and what stood there before (0: nothing). */
  let batch: { high: number; low: number; at: Instant; before: Instant }[] = []

  /** The slot that holds this hash, or the empty one where it belongs. */
  function slotOf(high: number, low: number): number {
    const mask = slots - 1
    let slot = (high ^ Math.imul(low, 0x9e3779b1)) & mask
    while (times[slot] !== 0 && (highs[slot] !== high || lows[slot] !== low)) slot = (slot + 1) & mask
    return slot
  }

  function put(slot: number, high: number, low: number, at: Instant): void {
    if (times[slot] === 0) size += 1
    highs[slot] = high
    lows[slot] = low
    times[slot] = at
    if (at > newest) newest = at
  }

  /** Leaves out what is past the horizon, and the older part when even so there is no room; then makes as much as is needed. */
  function rebuild(): void {
    let keepFrom = newest - horizon
    let kept = 0
    for (const at of times) if (at !== 0 && at >= keepFrom) kept += 1
    if (kept > capacity) {
      keepFrom = middleOf(times, keepFrom)
      forgotten = keepFrom
      kept = Math.ceil(kept / 2)
    }
    const old = { highs, lows, times }
    slots = SMALLEST
    while (slots * FULL < kept * 1.5) slots *= 2
    highs = new Uint32Array(slots)
    lows = new Uint32Array(slots)
    times = new Float64Array(slots)
    size = 0
    for (let slot = 0; slot < old.times.length; slot++) {
      const at = old.times[slot] ?? 0
      if (at === 0 || at < keepFrom) continue
      const high = old.highs[slot] ?? 0
      const low = old.lows[slot] ?? 0
      put(slotOf(high, low), high, low, at)
    }
    if (forgotten !== null && newest - horizon > forgotten) forgotten = null
  }

  return {
    see: (id, arrivedAt) => {
      hashId(id, hash)
      const { high, low } = hash
      if (size >= slots * FULL) rebuild()
      const slot = slotOf(high, low)
      const before = times[slot] ?? 0
      batch.push({ high, low, at: arrivedAt, before })
      put(slot, high, low, Math.max(before, arrivedAt))
      return before !== 0 && Math.abs(arrivedAt - before) <= horizon
    },
    pending: () => entriesByHour(batch),
    commit: () => {
      batch = []
    },
    discard: () => {
      for (const { high, low, before } of batch.reverse()) {
        const slot = slotOf(high, low)
        // An id that is new keeps its slot, at a time no record can be near: emptying it would break the chain of the others.
        if (times[slot] !== 0) times[slot] = before === 0 ? Number.MIN_VALUE : before
      }
      batch = []
    },
    restore: (hour, bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 0; at + ENTRY <= bytes.byteLength; at += ENTRY) {
        if (size >= slots * FULL) rebuild()
        const high = view.getUint32(at, true)
        const low = view.getUint32(at + 4, true)
        const slot = slotOf(high, low)
        put(slot, high, low, Math.max(times[slot] ?? 0, hour + view.getUint32(at + 8, true)))
      }
    },
    size: () => size,
    forgottenBefore: () => forgotten,
  }
}

/** The median of the times from `from` on. */
function middleOf(times: Float64Array, from: Instant): Instant {
  const kept = times.filter((at) => at !== 0 && at >= from).sort()
  return kept[Math.floor(kept.length / 2)] ?? from
}

function entriesByHour(
  batch: readonly { readonly high: number; readonly low: number; readonly at: Instant }[],
): { hour: Instant; bytes: Uint8Array }[] {
  const byHour = new Map<Instant, (typeof batch)[number][]>()
  for (const entry of batch) {
    const hour = floorTo(entry.at, HOUR)
    const entries = byHour.get(hour)
    if (entries === undefined) byHour.set(hour, [entry])
    else entries.push(entry)
  }
  return [...byHour].map(([hour, entries]) => {
    const bytes = new Uint8Array(entries.length * ENTRY)
    const view = new DataView(bytes.buffer)
    entries.forEach(({ high, low, at }, index) => {
      view.setUint32(index * ENTRY, high, true)
      view.setUint32(index * ENTRY + 4, low, true)
      view.setUint32(index * ENTRY + 8, at - hour, true)
    })
    return { hour, bytes }
  })
}
