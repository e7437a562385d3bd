import { type Duration, type Instant, SECOND } from '../../../model/time.ts'

/** Nothing is claimed of the last seconds: the clocks of instances that share a source differ a little. */
const SETTLING: Duration = 2 * SECOND
/** A pause this short leaves its minute observed. */
const TOLERATED_PAUSE: Duration = 5 * SECOND

/** What a step says about observation. Null: nothing new. */
export interface Observed {
  readonly observedUntil: Instant | null
  readonly listeningSince: Instant | null
}

/** Keeps account of when the collector was listening: from its start, but for pauses of over 5 s. */
export interface Listening {
  /** Called at least once a second. A longer silence between two calls means that nobody listened. */
  readonly tick: (now: Instant) => void
  /** Requests were sent away because nothing can be stored. Going on for over 5 s this is as good as not listening. */
  readonly turnedAway: (now: Instant) => void
  /** For a batch taken now; `oldest`: receipt of the oldest request that isn't part of it. */
  readonly observed: (now: Instant, oldest: Instant | null) => Observed
  /** The batch with `observed` was stored. */
  readonly stored: (observed: Observed) => void
}

export function createListening(start: Instant): Listening {
  let since = start
  let told = false
  let lastTick = start
  let furthest: Instant | null = null
  let away: { readonly from: Instant; until: Instant } | null = null

  const newSpan = (from: Instant) => {
    since = from
    told = false
    furthest = null
  }

  const endDeafness = () => {
    if (away !== null && away.until - away.from > TOLERATED_PAUSE && away.until > since) newSpan(away.until)
  }

  const tick = (now: Instant) => {
    if (now - lastTick > TOLERATED_PAUSE) newSpan(now)
    lastTick = now
  }

  return {
    tick,
    turnedAway: (now) => {
      away = { from: away?.from ?? now, until: now }
    },
    observed: (now, oldest) => {
      tick(now)
      endDeafness()
      const until = Math.min(now - SETTLING, oldest ?? Number.POSITIVE_INFINITY)
      // Before the span has any length there is nothing to claim.
      if (until < since) return { observedUntil: null, listeningSince: null }
      return { observedUntil: Math.max(until, furthest ?? until), listeningSince: told ? null : since }
    },
    stored: ({ observedUntil, listeningSince }) => {
      if (observedUntil !== null) furthest = Math.max(observedUntil, furthest ?? observedUntil)
      if (listeningSince === since) told = true
      endDeafness()
      away = null
    },
  }
}
