import type { CountSeries } from './count-state.ts'
import { cleanAt, MISSING, rawAt } from './rings.ts'

/** What a young series should count by the season of others. */
export interface Lent {
  readonly mu: number
  /** Added variance of the logarithm: how badly the others' season has fitted so far, and how little there was to fit. */
  readonly doubt: number
}

/** The series is held against its lenders in blocks of so many hours, a day of them at least. */
const BLOCK_HOURS = 3
const LEAST_BLOCKS = 8
/** The newest hours aren't: a fault that has just begun would pull its own expectation along. */
const LAG_HOURS = 6
/** Doubt of what may differ though it hasn't yet; a few blocks may fit by chance. */
const LEAST_DOUBT = 0.001
const FEW_BLOCKS = 0.015
/** The part of the misfit that the windows' own spread doesn't account for (measured: bench volume, newcomers). */
const UNACCOUNTED = 0.5
/** Over-dispersion of a block's counts: so that large counts tell no more than middling ones. */
const BLOCK_PHI = 0.02

/**
 * The expectation of step `index` from those of the series' `lenders`, which have been judged up to that step: their sum, times what the series has
 * counted so far for each of theirs. Null where one of them has none for it, where today may be a holiday for half of them, or the series has too
 * little.
 */
export function lentExpectation({ rings }: CountSeries, index: number, lenders: readonly CountSeries[]): Lent | null {
  if (lenders.length === 0 || rings.first < 0) return null
  let ahead = 0
  let held = 0
  for (const { rings: theirs, expected, held: isHeld } of lenders) {
    held += isHeld ? 1 : 0
    if (theirs.last !== index || rawAt(theirs, index) < 0) return null
    ahead += expected[index % expected.length] ?? 0
  }
  // What it would be held against isn't what is expected of such a day.
  if (held * 2 >= lenders.length) return null
  const block = Math.max(1, Math.round((BLOCK_HOURS * rings.perDay) / 24))
  const end = index - Math.round((LAG_HOURS * rings.perDay) / 24)
  const blocks = Math.floor((end - Math.max(rings.first, index - rings.raw.length + 1)) / block)
  if (blocks < LEAST_BLOCKS) return null
  const counted = new Float64Array(blocks)
  const theirs = new Float64Array(blocks)
  const from = end - blocks * block
  for (let step = from; step < end; step += 1) {
    const own = rawAt(rings, step)
    const lent = countedBy(lenders, step)
    if (own < 0 || lent < 0) continue
    const place = Math.floor((step - from) / block)
    counted[place] = (counted[place] ?? 0) + own
    theirs[place] = (theirs[place] ?? 0) + lent
  }
  return fitted(counted, theirs, ahead)
}

/** The part of theirs that was counted, and how far its blocks are off it: variance of the logarithm beyond what both count by chance. */
function fitted(counted: Float64Array, theirs: Float64Array, ahead: number): Lent | null {
  const [own, lent] = [sum(counted), sum(theirs)]
  if (own <= 0 || lent <= 0) return null
  const ratio = own / lent
  let off = 0
  let weights = 0
  for (const [block, count] of counted.entries()) {
    const expected = ratio * (theirs[block] ?? 0)
    if (expected <= 0) continue
    const weight = expected / (1 + BLOCK_PHI * expected)
    off += (weight * ((count - expected) ** 2 - expected * (1 + ratio))) / expected ** 2
    weights += weight
  }
  return {
    mu: ratio * ahead,
    doubt: LEAST_DOUBT + FEW_BLOCKS / counted.length + UNACCOUNTED * Math.max(0, off / weights) + 1 / own,
  }
}

/** Steps that a lent spread stands for: what comes first, which may be a fault, moves it as little as it moves an older series. */
const LENT_STEPS = 150

/**
 * A series that has learnt little of its spread goes on from that of its lenders: scales are averaged as logarithms, 5 % points as they are. Windows of a
 * day and more keep their own: they would take too long to learn that this series is less steady.
 */
export function lendSpread(series: CountSeries, lenders: readonly CountSeries[]): void {
  for (const [place, window] of series.windows.entries()) {
    if (window.n >= LENT_STEPS || window.steps >= series.rings.perDay) continue
    const lent = lenders.flatMap(({ windows }) => windows[place] ?? [])
    const mean = (of: (each: (typeof lent)[number]) => number): number =>
      lent.reduce((all, each) => all + of(each), 0) / lent.length
    window.phi = Math.exp(mean(({ phi }) => Math.log(phi)))
    window.sigma = Math.exp(mean(({ sigma }) => Math.log(sigma)))
    window.up.q = mean(({ up }) => up.q)
    window.down.q = mean(({ down }) => down.q)
    window.n = LENT_STEPS
  }
}

/** What all of them counted in a step, their faults replaced; missing where one wasn't observed. */
function countedBy(lenders: readonly CountSeries[], step: number): number {
  let all = 0
  for (const { rings } of lenders) {
    const count = cleanAt(rings, step)
    if (count < 0) return MISSING
    all += count
  }
  return all
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0)
}
