import type { FacetCount } from './segments.ts'

/** Fewer records than this before say nothing of how many to expect. */
const LEAST_BEFORE = 10

/** How many records a combination of dimension values had in the stretch before. */
export type FacetBefore = Omit<FacetCount, 'bad'>

/**
 * The records that didn't come, as if they were bad ones: of what each part had before, what is missing beside the part
 * that goes on best. Empty when everything is silent: then nothing stands out.
 */
export function missingRecords(before: readonly FacetBefore[], now: readonly FacetBefore[]): readonly FacetCount[] {
  const arrived = new Map(now.map((row) => [keyOf(row), row.all]))
  const pace = Math.max(
    0,
    ...before.filter(({ all }) => all >= LEAST_BEFORE).map((row) => (arrived.get(keyOf(row)) ?? 0) / row.all),
  )
  if (pace === 0) return []
  return before.map((row) => {
    const came = (arrived.get(keyOf(row)) ?? 0) / (pace * row.all)
    return { ...row, bad: Math.round(row.all * Math.max(0, 1 - came)) }
  })
}

function keyOf({ source, facet }: FacetBefore): string {
  return JSON.stringify([source, facet.platform, facet.appVersion, facet.library, facet.partition])
}
