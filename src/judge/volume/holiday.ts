import { centreOf } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import { clamp, deviation } from './residual.ts'
import { MISSING, type Rings } from './rings.ts'

/** Before local midnight, looked at as well (of days: the day before): on the eve of a holiday nothing is wrong yet. */
export const EVE_HOURS = 6
/** How far a holiday may move a day. */
const LEAST = 0.2
const MOST = 1.8

/** What a day looks like so far, and what it would be as an untagged holiday. */
export interface HolidayView {
  /** By how much the explanation "since some hour that isn't midnight" is likelier, in nats: large means a fault. */
  readonly against: number
  /** What the steps since midnight would count on this holiday, and were expected to. */
  readonly steps: readonly number[]
}

/**
 * A holiday that nobody tagged moves a whole local day, by one factor and perhaps into the shape of the other type of day; a fault
 * begins at any hour. Compares the best of each, given the steps since midnight and those of the evening before.
 */
export function holidayView(
  rings: Rings,
  expected: Float32Array,
  step: CivilStep,
  count: number,
  mu: number,
  level: number,
  phi: number,
  sigma: number,
): HolidayView {
  const eve = Math.max(1, Math.round((EVE_HOURS * step.perDay) / 24))
  const from = Math.max(rings.first, step.index - step.sinceMidnight - eve, step.index - expected.length + 1)
  const midnight = step.index - step.sinceMidnight
  const counts: number[] = []
  const means: number[] = []
  const others: number[] = []
  let eves = 0
  for (let index = from; index <= step.index; index += 1) {
    const now = index === step.index
    const raw = now ? count : (rings.raw[index % rings.raw.length] ?? MISSING)
    if (raw < 0) {
      // Unobserved: says nothing for either.
      counts.push(0)
      means.push(0)
      others.push(0)
    } else {
      const mean = now ? mu : (expected[index % expected.length] ?? 0)
      counts.push(raw)
      means.push(mean)
      others.push(index < midnight ? mean : (centreOf(rings, index, step.others, level) ?? mean))
    }
    if (index < midnight) eves += 1
  }
  const own = fitted(counts, means, eves)
  const other = fitted(counts, others, eves)
  const best = loss(counts, other, phi, sigma) < loss(counts, own, phi, sigma) ? other : own
  const asHoliday = loss(counts, best, phi, sigma)
  const faults: number[] = []
  for (let onset = 0; onset < counts.length; onset += 1)
    if (onset !== eves) faults.push(loss(counts, fitted(counts, means, onset, 0), phi, sigma))
  return { against: asHoliday - anyOf(faults), steps: best.slice(eves) }
}

/** Onsets so many steps apart are explanations of their own; nearer ones say nearly the same. */
const APART = 4

/**
 * The loss of "at one of these onsets, each as likely": the best of many explanations fits by chance, the more so the fewer were
 * counted. Never less than that of the best.
 */
function anyOf(losses: readonly number[]): number {
  const least = Math.min(...losses)
  let sum = 0
  for (const each of losses) sum += Math.exp(least - each)
  return least + Math.log(Math.max(1, losses.length / (APART * sum)))
}

/** The means, those from `from` on times the factor that fits them best. */
function fitted(counts: readonly number[], means: readonly number[], from: number, least = LEAST): number[] {
  let counted = 0
  let mean = 0
  for (let place = from; place < counts.length; place += 1) {
    counted += counts[place] ?? 0
    mean += means[place] ?? 0
  }
  const factor = mean > 0 ? clamp(counted / mean, least, least === 0 ? 100 : MOST) : 1
  return means.map((each, place) => (place >= from ? each * factor : each))
}

/** Half the sum of squared deviations: minus the logarithm of a likelihood, but for a constant. */
function loss(counts: readonly number[], means: readonly number[], phi: number, sigma: number): number {
  let sum = 0
  for (let place = 0; place < counts.length; place += 1) {
    const u = deviation(counts[place] ?? 0, means[place] ?? 0, phi) / sigma
    sum += 0.5 * Math.min(u * u, 36)
  }
  return sum
}
