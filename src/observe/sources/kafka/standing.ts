import type { Instant } from '../../../model/time.ts'
import { observedAtEnd, observedBy, observedFrom, type Stamp } from './arrival.ts'
import type { PositionStep } from '../source.ts'

/** One partition's account: what is stored of it, and what may be said of it with the next step. */
export interface PartitionStanding {
  readonly key: string
  readonly topic: string
  /** The stored position's text; null: nothing is stored yet. */
  readonly stored: () => string | null
  /** The offset up to which everything is stored. */
  readonly offset: () => number
  /** The broker's end as of `asked`. */
  readonly setEnd: (end: number, asked: Instant) => void
  /** Records that the broker has and the store hasn't; null: not known yet. */
  readonly lag: () => number | null
  /** Everything that arrived before it is stored; null: not known. */
  readonly observedUntil: () => Instant | null
  /** A step to `to`. `newest`, `first`: the newest and the first stamp read that aren't in the future; null: no such record. */
  readonly stepTo: (to: number, newest: Instant | null, by: Stamp | null, first?: Instant | null) => PositionStep
  /** Whether a step would say something new although nothing was read. */
  readonly hasNews: () => boolean
  /** The step was stored. */
  readonly took: (step: PositionStep, to: number) => void
}

export interface StandingFrom {
  readonly key: string
  readonly topic: string
  readonly stored: string | null
  readonly offset: number
  /** Who stamps its records, until they say it themselves. */
  readonly stamp: Stamp
  /** From when on it is observed, if a new span begins: `first`: from the first record read. Null: the span before goes on. */
  readonly since: Instant | 'first' | null
}

/** The least step in what is observed that is worth a transaction, in ms. */
const WORTH = 500

export function createStanding(from: StandingFrom): PartitionStanding {
  const { key, topic } = from
  let { stored, offset, since } = from
  let { stamp } = from
  let end: { readonly offset: number; readonly asked: Instant } | null = null
  let observedUntil: Instant | null = null

  function reach(to: number, newest: Instant | null): Instant | null {
    const read = observedBy(newest, stamp)
    const atEnd = end !== null && to >= end.offset ? observedAtEnd(end.asked, stamp) : null
    const known = [read, atEnd, observedUntil].filter((one) => one !== null)
    return known.length === 0 ? null : Math.max(...known)
  }

  return {
    key,
    topic,
    stored: () => stored,
    offset: () => offset,
    setEnd: (at, asked) => {
      end = { offset: at, asked }
    },
    lag: () => (end === null ? null : Math.max(0, end.offset - offset)),
    observedUntil: () => observedUntil,
    stepTo: (to, newest, by, first = newest) => {
      stamp = by ?? stamp
      const until = reach(to, newest)
      const from = since === 'first' ? (observedFrom(first, stamp) ?? until) : since
      return {
        partition: key,
        from: stored,
        to: String(to),
        observedUntil: until,
        listeningSince: from,
        complete: false,
      }
    },
    hasNews: () => {
      const until = reach(offset, null)
      if (stored === null || (since !== null && until !== null)) return true
      return until !== null && (observedUntil === null || until - observedUntil >= WORTH)
    },
    took: (step, to) => {
      stored = step.to
      offset = to
      observedUntil = step.observedUntil
      if (step.listeningSince !== null) since = null
    },
  }
}
