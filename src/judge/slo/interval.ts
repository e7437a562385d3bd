/** 95 %, two-sided. */
const Z_TWO_SIDED_95 = 1.959963984540054
/** 99 %, one-sided: how sure a burn row is before it pages. */
export const PAGING_Z = 2.3263

/** Both ends of a confidence interval of a ratio, in [0, 1]. */
export interface Interval {
  readonly lower: number
  readonly upper: number
}

/** Wilson's score interval of `hits / n` (E. B. Wilson, "Probable Inference", 1927). `n` may be fractional; it must be > 0. */
function wilson(hits: number, n: number, z: number): Interval {
  const p = hits / n
  const zz = (z * z) / n
  const centre = (p + zz / 2) / (1 + zz)
  const half = (z / (1 + zz)) * Math.sqrt(Math.max(0, (p * (1 - p)) / n + zz / (4 * n)))
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) }
}

/**
 * 95 % interval of the ratio of a whole of `population` records of which `sampled` were validated and `good` were good.
 * Finite-population correction n' = n (N − 1) / (N − n) (Cochran, Sampling Techniques, 1977): all validated is a point.
 * Null where nothing was validated.
 */
export function sampledInterval(good: number, sampled: number, population: number): Interval | null {
  if (sampled <= 0) return null
  const ratio = good / sampled
  if (sampled >= population) return { lower: ratio, upper: ratio }
  const effective = (sampled * (population - 1)) / (population - sampled)
  return wilson(ratio * effective, effective, Z_TWO_SIDED_95)
}

/** The error ratio that `bad` of `total` shows beyond doubt: lower end of the one-sided 99 % Wilson interval, 0 for none. */
export function pagingBound(bad: number, total: number): number {
  return total <= 0 || bad <= 0 ? 0 : wilson(bad, total, PAGING_Z).lower
}
