import type { SliKind } from '../../model/sli.ts'

/**
 * What of an event is to be promised, and what each promise is worth. Fixed: a promise that isn't made is worth nothing, so
 * that taking one away can't raise a score. Kinds that aren't named here are shown, not scored.
 */
export const WORTH: Readonly<Partial<Record<SliKind, number>>> = {
  validity: 35,
  completeness: 25,
  freshness: 20,
  volume: 10,
  uniqueness: 5,
  timeliness: 5,
}

/** As in verdicts: exactly at the objective is kept. */
const TOLERANCE = 1e-9

/** How a score is worked out, as it is printed with it. Changes of it are changes of `FORMULA_VERSION`. */
export const FORMULA_VERSION = 'trust-1'
export const FORMULA: readonly string[] = [
  `An event has ${Object.values(WORTH).reduce((sum, points) => sum + points, 0)} points to earn: ${Object.entries(WORTH)
    .map(([kind, points]) => `${kind} ${points}`)
    .join(', ')}. A kind without an SLO, or without data, earns nothing.`,
  'good = good records or minutes / max(total, min_total) × observed minutes / minutes of the month: what was not seen is not good.',
  'kept = 1 where good reaches the objective, else odds(good) / odds(objective), odds(x) = x / (1 − x): bad twice as often as promised earns about half. Of several SLOs of a kind on one event the worst counts.',
  'A month is held against the objectives with which it began; an SLO taken out during the month still counts.',
  'Domain: the mean of its events (active, arrived, or judged in the month). All: the mean of all events × the share of records that have a contract. Rounded down; no data, no score.',
]

/** What was seen of a promise in a month. */
export interface Seen {
  readonly good: number
  readonly total: number
  readonly minTotal: number
  /** As a ratio: 0.999. */
  readonly objective: number
  /** Minutes of the month in which there was something to be observed, and how many of them weren't. */
  readonly minutes: number
  readonly unobserved: number
}

/** The share that is known to be good, from 0 to 1: records short of the minimum and minutes that weren't observed aren't. */
function knownGood({ good, total, minTotal, minutes, unobserved }: Seen): number {
  if (total <= 0 || minutes <= 0) return 0
  return (good / Math.max(total, minTotal)) * (1 - Math.min(1, Math.max(0, unobserved) / minutes))
}

/** How far a promise was kept, from 0 to 1; 0 where nothing was seen. */
export function keptShare(seen: Seen): number {
  const good = knownGood(seen)
  if (seen.total <= 0) return 0
  if (good >= seen.objective - TOLERANCE) return 1
  return Math.min(1, odds(good) / odds(seen.objective))
}

function odds(share: number): number {
  return share / (1 - share)
}

/** What an event earned of its points, from 0 to 1, by how far its promises of each kind were kept. */
export function eventTrust(promises: readonly { readonly kind: SliKind; readonly kept: number }[]): number {
  let earned = 0
  let all = 0
  for (const [kind, points] of Object.entries(WORTH)) {
    const own = promises.filter((promise) => promise.kind === kind)
    if (own.length > 0) earned += points * Math.min(...own.map(({ kept }) => kept))
    all += points
  }
  return earned / all
}

/** A score from 0 to 100 of what events earned, rounded down, so that 100 says that nothing is missing. Null for no event. */
export function scoreOf(events: readonly number[], factor = 1): number | null {
  if (events.length === 0) return null
  const mean = events.reduce((sum, earned) => sum + earned, 0) / events.length
  return Math.min(100, Math.max(0, Math.floor(100 * mean * factor + TOLERANCE)))
}
