import type { FacetCount } from './segments.ts'

/** A part that comes at less than this much of the pace of the rest is missing; above, it is chance. */
const SILENT_BELOW = 0.5
/** So many standard deviations of all that is missing are no chance: nothing of a small part is, at night, when the silence of all is over. */
const SURELY = 3

/** How many records a combination of dimension values had in the stretch before. */
export type FacetBefore = Omit<FacetCount, 'bad'>

/**
 * The records that didn't come, as if they were bad ones: of what each part had before, what is missing beside the part
 * of which most comes now. Empty when everything is silent: then nothing stands out.
 */
export function missingRecords(before: readonly FacetBefore[], now: readonly FacetBefore[]): readonly FacetCount[] {
  const arrived = new Map(now.map((row) => [keyOf(row), row.all]))
  const busiest = before
    .map((row) => ({ came: arrived.get(keyOf(row)) ?? 0, before: row.all }))
    .reduce((most, row) => (row.came > most.came ? row : most), { came: 0, before: 1 })
  if (busiest.came === 0) return []
  const pace = busiest.came / busiest.before
  const parts = before.map((row) => {
    const expected = pace * row.all
    const came = arrived.get(keyOf(row)) ?? 0
    return { row, expected, came, isMissing: came < SILENT_BELOW * expected }
  })
  const missing = parts.filter(({ isMissing }) => isMissing)
  const expected = missing.reduce((sum, part) => sum + part.expected, 0)
  const came = missing.reduce((sum, part) => sum + part.came, 0)
  const isSure = expected - came >= SURELY * Math.sqrt(expected)
  return parts.map(({ row, isMissing, ...part }) => {
    return { ...row, bad: isSure && isMissing ? Math.round(row.all * (1 - part.came / part.expected)) : 0 }
  })
}

function keyOf({ source, facet }: FacetBefore): string {
  return JSON.stringify([source, facet.platform, facet.appVersion, facet.library, facet.partition])
}
