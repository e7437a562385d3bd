import type { Cause } from '../../model/incident.ts'
import { DIMENSIONS, type FacetCount, type Segment, segmentsOf } from './segments.ts'
import { chanceOf, gainOf, riskRatio } from './significance.ts'

/** How likely a blind part may look this bad, over all that were tried (C. E. Bonferroni's correction). */
const CHANCE = 0.01
/** Fewer bad records than this say nothing of where they come from: no row is true for them either. */
const LEAST_BAD = 3
/** Inside it must be at least this many times as bad as outside: with many records, trifles are significant. */
const LEAST_RISK_RATIO = 2
/** Parts whose gain is this close to the best describe what was seen as well: a factor of e in likelihood. */
const AS_GOOD = 2
const MOST_RANKED = 5

interface Rated extends Segment {
  readonly score: number
}

/**
 * Where the bad records come from, best first: the part of which "inside at one rate, outside at another" is the best
 * description, that is the smallest part that leaves the least outside. Among those as good: fewer dimensions, then the
 * higher share of the bad, then the order of `DIMENSIONS`. Empty when the bad records are spread like all.
 */
export function causesOf(facets: readonly FacetCount[]): readonly Cause[] {
  const tried = segmentsOf(facets)
  const standing = tried
    .filter((segment) => standsOut(segment, tried.length))
    .map((segment) => ({ ...segment, score: gainOf(segment) - 2 * Math.log(segment.siblings) }))
    .sort((a, b) => b.score - a.score)
  const best = standing[0]
  if (best === undefined) return []
  const asGood = standing.filter(({ score }) => score >= best.score - AS_GOOD).sort(simplerFirst)
  const first = asGood[0] ?? best
  return [first, ...standing.filter((segment) => segment !== first)].slice(0, MOST_RANKED).map(causeOf)
}

function standsOut(segment: Segment, tried: number): boolean {
  return segment.bad >= LEAST_BAD && riskRatio(segment) >= LEAST_RISK_RATIO && chanceOf(segment) * tried <= CHANCE
}

function simplerFirst(a: Rated, b: Rated): number {
  return (
    Number(a.dimension.includes('+')) - Number(b.dimension.includes('+')) ||
    // By whole percents: one stray record doesn't make the rarer name the better one.
    Math.round((b.bad / b.wholeBad) * 100) - Math.round((a.bad / a.wholeBad) * 100) ||
    DIMENSIONS.indexOf(a.dimension) - DIMENSIONS.indexOf(b.dimension) ||
    b.score - a.score ||
    (a.value < b.value ? -1 : 1)
  )
}

function causeOf({ dimension, value, bad, all, wholeBad, wholeAll }: Segment): Cause {
  const shareOfBad = bad / wholeBad
  const shareOfAll = all / wholeAll
  return { dimension, value, shareOfBad, shareOfAll, lift: shareOfBad / shareOfAll }
}
