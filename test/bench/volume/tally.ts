import { gammaln } from 'simple-statistics'
/** What a contender made of a number of trials with one fault, or of weeks without any. Tallies add up. */
export interface Tally {
  /** Name of the fault; `false alarms` where there was none. */
  readonly fault: string
  readonly tier: string
  readonly rate: number
  readonly contender: string
  /** Trials; without a fault: weeks of a series. */
  readonly n: number
  /** Trials in which it alarmed; without a fault: alarms. */
  readonly hits: number
  /** Buckets from the start of the fault to the alarm, of those that were found. */
  readonly delays: readonly number[]
}

export const NO_FAULT = 'false alarms'

/** The tallies that match, as one. */
export function added(
  tallies: readonly Tally[],
  matches: (tally: Tally) => boolean,
): Pick<Tally, 'n' | 'hits' | 'delays'> {
  const some = tallies.filter(matches)
  return {
    n: some.reduce((sum, { n }) => sum + n, 0),
    hits: some.reduce((sum, { hits }) => sum + hits, 0),
    delays: some.flatMap(({ delays }) => delays),
  }
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

const Z = 1.959963984540054

/** 95 % interval of a share (E. B. Wilson, 1927). */
export function wilson(hits: number, n: number): readonly [number, number] {
  if (n === 0) return [0, 1]
  const p = hits / n
  const zz = (Z * Z) / n
  const centre = (p + zz / 2) / (1 + zz)
  const half = (Z / (1 + zz)) * Math.sqrt((p * (1 - p)) / n + zz / (4 * n))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

/** 95 % interval of the mean of a Poisson count, exact (F. Garwood, 1936). */
export function poissonInterval(count: number): readonly [number, number] {
  const upper = solved((mean) => 0.025 - atMost(count, mean), count)
  return [count === 0 ? 0 : solved((mean) => 1 - atMost(count - 1, mean) - 0.025, 0), upper]
}

/** Where an increasing function crosses zero, from `low` on. */
function solved(increasing: (mean: number) => number, low: number): number {
  let [from, to] = [low, low + 4]
  while (increasing(to) < 0) to *= 2
  for (let step = 0; step < 50; step++) {
    const middle = (from + to) / 2
    if (increasing(middle) < 0) from = middle
    else to = middle
  }
  return (from + to) / 2
}

/** The chance of no more than so many, summed from the count outwards on the side that is the rarer. */
function atMost(count: number, mean: number): number {
  const isBelow = mean > count
  let each = isBelow ? count : count + 1
  let term = Math.exp(each * Math.log(mean) - mean - gammaln(each + 1))
  let sum = 0
  for (; each >= 0 && term > 1e-18; each += isBelow ? -1 : 1) {
    sum += term
    term *= isBelow ? each / mean : mean / (each + 1)
  }
  return isBelow ? sum : 1 - sum
}
