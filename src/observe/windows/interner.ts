import { DAY, type Duration, type Instant } from '../../model/time.ts'
import { OTHER, type SeriesKind } from '../../model/window.ts'
import { redactName } from '../redact/redact-text.ts'
import { createSlot, type SeriesSlot } from './slot.ts'

/** Names without a contract that a source may have. */
export const MOST_UNPLANNED = 1_000

/** Where there is no more room, names are admitted anew after this long: those that no longer come make room. */
const RENEWED_AFTER: Duration = 14 * DAY

/**
 * The names under which records are counted: bounded, redacted, and the same object for the same name, so that they can be
 * keys. It lives as long as the process; a restart tells it the names that are stored, or it would admit as many others.
 */
export interface Interner {
  readonly ofSource: (source: string) => SourceNames
}

export interface SourceNames {
  readonly planned: (event: string) => SeriesSlot
  readonly unplanned: (event: string) => SeriesSlot
  readonly undecodable: (reason: string) => SeriesSlot
  /** The newest arrival that was noted with `reached`: what stands for the time of records that have none. Null: none yet. */
  readonly newest: () => Instant | null
  readonly reached: (arrivedAt: Instant) => void
  /** Forgets names without a contract, if they were admitted long ago and leave no room for more. Between batches only. */
  readonly renew: () => void
  /** Admits names without a contract that were counted before, as they are stored. */
  readonly seed: (unplanned: readonly string[]) => void
  /** Takes back what slots admitted since the last call of either. */
  readonly discard: () => void
  readonly commit: () => void
}

export function createInterner(): Interner {
  const sources = new Map<string, SourceNames>()
  return {
    ofSource: (source) => {
      let names = sources.get(source)
      if (names === undefined) {
        names = createSourceNames(source)
        sources.set(source, names)
      }
      return names
    },
  }
}

function createSourceNames(source: string): SourceNames {
  const planned = new Map<string, SeriesSlot>()
  const unplanned = new Map<string, SeriesSlot>()
  const undecodable = new Map<string, SeriesSlot>()
  let admitted: (() => void)[] = []
  let newest: Instant | null = null
  let begun: Instant | null = null

  function slotIn(slots: Map<string, SeriesSlot>, kind: SeriesKind, name: string): SeriesSlot {
    const known = slots.get(name)
    if (known !== undefined) return known
    const slot = createSlot({ source, kind, event: name }, (undo) => admitted.push(undo))
    slots.set(name, slot)
    return slot
  }

  function unplannedSlot(event: string): SeriesSlot {
    const known = unplanned.get(event)
    if (known !== undefined) return known
    const name = redactName(event)
    if (unplanned.size >= MOST_UNPLANNED) return unplanned.get(name) ?? slotIn(unplanned, 'unplanned', OTHER)
    const slot = slotIn(unplanned, 'unplanned', name)
    if (name !== event) unplanned.set(event, slot)
    return slot
  }

  return {
    planned: (event) => slotIn(planned, 'planned', event),
    unplanned: unplannedSlot,
    undecodable: (reason) => slotIn(undecodable, 'undecodable', reason),
    newest: () => newest,
    reached: (arrivedAt) => {
      newest = Math.max(newest ?? arrivedAt, arrivedAt)
    },
    renew: () => {
      begun ??= newest
      if (newest === null || begun === null || unplanned.size < MOST_UNPLANNED) return
      if (Math.abs(newest - begun) < RENEWED_AFTER) return
      unplanned.clear()
      begun = newest
    },
    seed: (names) => {
      for (const name of names) unplannedSlot(name)
    },
    discard: () => {
      for (const undo of admitted.reverse()) undo()
      admitted = []
    },
    commit: () => {
      admitted = []
    },
  }
}
