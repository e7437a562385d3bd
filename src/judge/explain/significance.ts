import { gammaln } from 'simple-statistics'

/** Bad records of all, inside a part and in the whole that holds it. */
export interface Split {
  readonly bad: number
  readonly all: number
  readonly wholeBad: number
  readonly wholeAll: number
}

/**
 * Chance that a part drawn blindly from the whole holds at least this many of its bad records: the upper tail of the
 * hypergeometric distribution (R. A. Fisher's exact test, one-sided, 1935). Exact for few records, cheap for many.
 */
export function chanceOf({ bad, all, wholeBad, wholeAll }: Split): number {
  const good = wholeAll - wholeBad
  const least = Math.max(0, all - good)
  const most = Math.min(all, wholeBad)
  if (bad <= least) return 1
  if (bad > most) return 0
  const first = Math.exp(logChoose(wholeBad, bad) + logChoose(good, all - bad) - logChoose(wholeAll, all))
  let sum = 0
  let term = first
  for (let hits = bad; hits <= most && term > sum * 1e-12; hits++) {
    sum += term
    term *= ((wholeBad - hits) * (all - hits)) / ((hits + 1) * (good - all + hits + 1))
  }
  return Math.min(1, sum)
}

/**
 * How much better two rates, one inside and one outside, describe what was seen than a single one: G, twice the log
 * likelihood ratio (S. S. Wilks, 1938; as a scan over parts: M. Kulldorff, "A spatial scan statistic", 1997).
 */
export function gainOf({ bad, all, wholeBad, wholeAll }: Split): number {
  const inside = logLikelihood(bad, all)
  const outside = logLikelihood(wholeBad - bad, wholeAll - all)
  return Math.max(0, 2 * (inside + outside - logLikelihood(wholeBad, wholeAll)))
}

/** How many times the rate outside the rate inside is; infinite where all that is bad lies inside. */
export function riskRatio({ bad, all, wholeBad, wholeAll }: Split): number {
  const outsideBad = wholeBad - bad
  if (all === 0 || bad === 0) return 0
  return outsideBad === 0 ? Number.POSITIVE_INFINITY : bad / all / (outsideBad / (wholeAll - all))
}

/** Log likelihood of `hits` in `n` at the best rate. */
function logLikelihood(hits: number, n: number): number {
  return entropyPart(hits, n) + entropyPart(n - hits, n)
}

function entropyPart(count: number, n: number): number {
  return count <= 0 ? 0 : count * Math.log(count / n)
}

function logChoose(n: number, k: number): number {
  return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
}
