import { HOUR } from '../../model/time.ts'
import type { CivilStep } from './civil.ts'
import { clamp, type WindowState } from './residual.ts'
import type { ShareStep, ShareSteps } from './share-deviation.ts'
import { emptyShareWhole, learnWhole, meantNow, type ShareWhole } from './share-whole.ts'
import { natsOf, newest } from './share-newest.ts'
import { usualTotal } from './share-profile.ts'
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
  readonly whole: ShareWhole
  /** Of steps in which some of the part was to be expected: how many had none, and how many should have. */
  none: number
  noneExpected: number
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
const MANY = 15
/** Fewer expected are nobody's emergency; and less than so many nats is never enough: expectations are off by themselves. */
const LEAST_EXPECTED = 5
const LEAST_NATS = 5
/** So many nats more where not all hours are waited for: being early spends little of what finding it at all needs. */
const EARLY_NATS = 2
/** A step of so many nats should have some of the part. */
const SOME = 1
/** What takes longer the windows find as well. */
export const GONE_HOURS = 3
const BENIGN_KEEPS = 0.9995
/** Silences that chance explains say nothing of the next: up to so many nats beyond what suffices. */
const BY_CHANCE = EARLY_NATS + 1
/** So many nats are no chance at all. */
const IMPOSSIBLE = 60
/** Hours of fewer nats leave little to go by. */
const LITTLE = 8

export function emptyGone(): Gone {
  return {
    steps: PRIOR_STEPS,
    chances: PRIOR_STEPS,
    usual: 0,
    silence: 0,
    benign: 0,
    whole: emptyShareWhole(),
    none: 0,
    noneExpected: 0,
  }
}

/** What a share looks like at its newest step. */
interface Shared extends ShareSteps {
  readonly gone: Gone
  readonly windows: readonly WindowState[]
  readonly watch: Watch
}

/**
 * All of a part is missing. Unlike a deviation's tail the chance of none is known, and so is how many steps of a week leave so few to go by that chance could
 * make one of them look like this: where few do, fewer records suffice.
 */
export function goneAlarm(series: Shared, now: ShareStep, scoring: Scoring): OpenAlarm | null {
  const { gone, watch, windows } = series
  const { step, k, p, days } = now
  if (k > 0) {
    // A silence that was a fault tells nothing of what is usual.
    if (watch.open === null) gone.benign = Math.max(gone.benign * BENIGN_KEEPS, gone.silence)
    gone.silence = 0
    return null
  }
  const phi = windows[0]?.phi ?? 0
  const spread = clamp((phi * (1 - p)) / Math.max(p, 1e-9), 0.005, 0.5)
  const enough = goneNats(gone, step, scoring)
  const threshold = enough + youngShareNats(days, scoring) + doubt(watch, 'silence') + misjudged(gone, step)
  const { nats, own, steps, total, part, expected, suffices } = newest(series, now, gone.whole, {
    nats: Math.expm1(spread * threshold) / spread,
    early: EARLY_NATS,
    most: mostSteps(step),
    isSilent: true,
  })
  gone.silence = Math.max(gone.silence, nats)
  if (days < 1 || part < LEAST_EXPECTED || !suffices) return null
  if (gone.benign > enough + BY_CHANCE && nats <= 1.5 * gone.benign) return null
  noteNone(gone, own, true)
  const share = expected / total
  return {
    kind: 'share',
    direction: 'down',
    openedAt: step.start + step.length,
    observed: 0,
    expected: share,
    lower: Math.min(share, 1 / total),
    upper: share,
    step: step.index,
    hours: (steps * step.length) / HOUR,
  }
}

/** The nats at which the chances of a week add up to this test's part of the allowance. */
function goneNats({ steps, chances, usual }: Gone, step: CivilStep, { falseAlarmsPerWeek }: Scoring): number {
  const isMany = (usual / steps) * mostSteps(step) >= MANY
  const allowed = (isMany ? PART : EQUAL_PART) * falseAlarmsPerWeek
  return Math.max(LEAST_NATS, Math.log((step.perWeek * Math.max(chances, 1e-9)) / (steps * allowed)))
}

function noteNone(gone: Gone, nats: number, isNone: boolean): void {
  if (nats < SOME) return
  gone.none += isNone ? 1 : 0
  gone.noneExpected += Math.exp(-nats)
}

/** Nats by which the chance of none is misjudged, as of parts that come in clumps: by so much in each step as steps without any are more than they should be, beyond chance. */
function misjudged({ none, noneExpected }: Gone, step: CivilStep): number {
  const surely = none - Math.sqrt(none)
  return surely <= noneExpected ? 0 : mostSteps(step) * Math.log(surely / Math.max(noneExpected, 0.1))
}

function mostSteps({ perDay }: CivilStep): number {
  return Math.max(1, Math.round((GONE_HOURS * perDay) / 24))
}

/** Learns from an ordinary step how many nats beyond the threshold nothing in the newest steps would have been, the fewest of them that suffice. */
export function learnChances(series: Shared, now: ShareStep, scoring: Scoring): void {
  const { gone, profile } = series
  const { step, n, p, days, slot } = now
  const threshold = goneNats(gone, step, scoring)
  const keeps = 0.5 ** (1 / (HALF_LIFE_WEEKS * step.perWeek))
  gone.steps = gone.steps * keeps + 1
  gone.usual = gone.usual * keeps + n * p
  gone.chances *= keeps
  gone.none *= keeps
  gone.noneExpected *= keeps
  if (natsOf(n - now.k, p) < IMPOSSIBLE) addChances(series, now, threshold)
  const usual = usualTotal(profile, slot)
  if (usual === 0) return
  learnWhole(gone.whole, n, usual, days, natsOf(meantNow(gone.whole, usual), p) < LITTLE ? keeps : null)
}

function addChances(series: Shared, now: ShareStep, threshold: number): void {
  const { gone } = series
  const { nats, own, suffices } = newest(series, now, gone.whole, {
    nats: threshold,
    early: EARLY_NATS,
    most: mostSteps(now.step),
    isSilent: false,
  })
  if (suffices) gone.chances += Math.exp(threshold - nats)
  noteNone(gone, own, now.k === 0)
}
