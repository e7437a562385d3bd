import type { Instant } from '../../../model/time.ts'
import { createHeap } from './heap.ts'
import { createQueue } from './queue.ts'

/** Where a record belongs among those of all files. `at` is −∞ for one of whose arrival nothing is known. */
export interface Place {
  readonly at: Instant
  /** Of the file: the path under which it was first read. */
  readonly name: string
  readonly line: number
}

/** Negative: `a` comes first. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return a.line - b.line
}

/**
 * Puts records into the order of their arrival. What has been given out is told by one place, the floor: of all records
 * added, those up to it are out, and those past it are still held. That is what makes a restart exact: positions store
 * the floor, and a line read again is out if its place isn't past it.
 */
export interface Reorder<Held extends Place> {
  /** Holds it; the caller gives out at once what isn't past the floor. */
  readonly add: (held: Held) => void
  /** The first one held, if it is before `until`; it is held no longer, and the floor rises to it. */
  readonly take: (until: Instant) => Held | null
  readonly first: () => Held | null
  /** Whether it would be out by now. */
  readonly isOut: (place: Place) => boolean
  /** A record is given out without having been held: the floor is at least there. */
  readonly raise: (place: Place) => void
  readonly floor: () => Place | null
  readonly size: () => number
}

export function createReorder<Held extends Place>(restored: Place | null): Reorder<Held> {
  let floor = restored
  /** Most records come in order: a queue takes those, and a heap the strays. */
  const queue = createQueue<Held>()
  const strays = createHeap<Held>(comparePlaces)

  function first(): Held | null {
    const stray = strays.first()
    const next = queue.first()
    if (next === undefined) return stray ?? null
    return stray === undefined || comparePlaces(next, stray) < 0 ? next : stray
  }

  function add(held: Held): void {
    const last = queue.last()
    if (last === undefined || comparePlaces(last, held) < 0) queue.add(held)
    else strays.add(held)
  }

  function take(until: Instant): Held | null {
    const next = first()
    if (next === null || next.at >= until) return null
    if (next === queue.first()) queue.drop()
    else strays.take()
    raise(next)
    return next
  }

  function raise(place: Place): void {
    if (place.at === Number.NEGATIVE_INFINITY) return
    if (floor === null || comparePlaces(floor, place) < 0) floor = place
  }

  return {
    add,
    take,
    first,
    isOut: (place) => place.at === Number.NEGATIVE_INFINITY || (floor !== null && comparePlaces(place, floor) <= 0),
    raise,
    floor: () => floor && { at: floor.at, name: floor.name, line: floor.line },
    size: () => queue.size() + strays.size(),
  }
}
