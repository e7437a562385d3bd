import { HOUR } from '../../model/time.ts'
import type { CivilStep } from './civil.ts'
import { clamp, type WindowState } from './residual.ts'
import type { ShareStep } from './share-deviation.ts'
import { type Scoring, youngShareNats } from './threshold.ts'
import { doubt, type OpenAlarm, type Watch } from './watch.ts'

/** How often none of a part may be expected by chance, and what has ended by itself. Plain data. */
export interface Gone {
  /** Discounted number of steps, and sum over them of how likely nothing would have been if nothing just suffices for an alarm. */
  steps: number
  chances: number
  /** Of the same steps: records of the part that were expected. */
  usual: number
  /** Nats of the silence under way, and of the longest that ended by itself. */
  silence: number
  benign: number
  /** Records and steps of the silence under way. */
  total: number
  expected: number
  since: number
}

/** Steps of a new share that count as chances in full, and the half-life of what has been seen. */
const PRIOR_STEPS = 24
const HALF_LIFE_WEEKS = 4
/**
 * Part of a share's allowance that this test may spend in place of an equal one of seven, where it is the nights that leave few; where three hours seldom expect
 * as many as `MANY`, all hours do, and longer windows find it.
 */
const PART = 1
const EQUAL_PART = 1 / 7
const MANY = 20
/** Fewer expected are nobody's emergency; and less than so many nats is never enough: expectations are off by themselves. */
const LEAST_EXPECTED = 6
const LEAST_NATS = 5
/** What takes longer the windows find as well. */
export const GONE_HOURS = 3
const BENIGN_KEEPS = 0.9995

export function emptyGone(): Gone {
  return { steps: PRIOR_STEPS, chances: PRIOR_STEPS, usual: 0, silence: 0, benign: 0, total: 0, expected: 0, since: -1 }
}

/** What a share looks like at its newest step. */
interface Shared {
  readonly gone: Gone
  readonly totals: Float64Array
  readonly expected: Float64Array
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  readonly first: number
}

/** Minus the logarithm of the chance that none of so many records is one of the part. */
function natsOf(total: number, share: number): number {
  return -total * Math.log1p(-clamp(share, 0, 0.999))
}

/**
 * All of a part is missing. Unlike a deviation's tail the chance of none is known, and so is how many steps of a week leave so few to go by that chance could
 * make one of them look like this: where few do, fewer records suffice.
 */
export function goneAlarm(
  { gone, watch, windows }: Shared,
  { step, k, n, p, days }: ShareStep,
  scoring: Scoring,
): OpenAlarm | null {
  if (k > 0) {
    // A silence that was a fault tells nothing of what is usual.
    if (watch.open === null) gone.benign = Math.max(gone.benign * BENIGN_KEEPS, gone.silence)
    gone.silence = 0
    return null
  }
  if (gone.silence === 0) Object.assign(gone, { total: 0, expected: 0, since: step.index })
  gone.silence += natsOf(n, p)
  gone.total += n
  gone.expected += n * p
  const phi = windows[0]?.phi ?? 0
  const spread = clamp((phi * (1 - p)) / Math.max(p, 1e-9), 0.005, 0.5)
  const improbable = Math.log1p(spread * gone.silence) / spread
  const threshold = goneNats(gone, step, scoring) + youngShareNats(days, scoring) + doubt(watch, 'silence')
  const hours = ((step.index - gone.since + 1) * step.length) / HOUR
  if (days < 1 || gone.expected < LEAST_EXPECTED || hours > Math.max(GONE_HOURS, step.length / HOUR)) return null
  if (improbable < threshold || gone.silence <= 1.5 * gone.benign) return null
  const expected = gone.expected / gone.total
  return {
    kind: 'share',
    direction: 'down',
    openedAt: step.start + step.length,
    observed: 0,
    expected,
    lower: Math.min(expected, 1 / gone.total),
    upper: expected,
    step: step.index,
    hours,
  }
}

/** The nats at which the chances of a week add up to this test's part of the allowance. */
function goneNats({ steps, chances, usual }: Gone, step: CivilStep, { falseAlarmsPerWeek }: Scoring): number {
  const isMany = (usual / steps) * mostSteps(step) >= MANY
  const allowed = (isMany ? PART : EQUAL_PART) * falseAlarmsPerWeek
  return Math.max(LEAST_NATS, Math.log((step.perWeek * Math.max(chances, 1e-9)) / (steps * allowed)))
}

function mostSteps({ perDay }: CivilStep): number {
  return Math.max(1, Math.round((GONE_HOURS * perDay) / 24))
}

/** Learns from an ordinary step how many nats beyond the threshold nothing in the newest steps would have been, the fewest of them that suffice. */
export function learnChances(series: Shared, { step, n, p }: ShareStep, scoring: Scoring): void {
  const { gone, totals, expected, first } = series
  const threshold = goneNats(gone, step, scoring)
  const size = totals.length
  const most = mostSteps(step)
  let nats = natsOf(n, p)
  let index = step.index
  while (nats < threshold && index > first && index > step.index - Math.min(size, most) + 1) {
    index -= 1
    const total = totals[index % size] ?? -1
    if (total > 0) nats += natsOf(total, expected[index % size] ?? 0)
  }
  const keeps = 0.5 ** (1 / (HALF_LIFE_WEEKS * step.perWeek))
  gone.steps = gone.steps * keeps + 1
  gone.usual = gone.usual * keeps + n * p
  gone.chances = gone.chances * keeps + (nats < threshold ? 0 : Math.exp(threshold - nats))
}
