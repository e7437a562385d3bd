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

/** 95 % interval of the mean of a Poisson count (F. Garwood's, by Wilson and Hilferty's cube root). */
export function poissonInterval(count: number): readonly [number, number] {
  const cube = (k: number, z: number): number => k * (1 - 1 / (9 * k) + z / (3 * Math.sqrt(k))) ** 3
  return [count === 0 ? 0 : Math.max(0, cube(count, -Z)), cube(count + 1, Z)]
}
