import { type Facet, OTHER } from '../../model/window.ts'

/** Bad and all of the records of one combination of dimension values. */
export interface FacetCount {
  readonly source: string
  readonly facet: Facet
  readonly bad: number
  readonly all: number
}

/** A part of the records that one value, or a pair of values, names. */
export interface Segment {
  readonly dimension: Dimension
  readonly value: string
  readonly bad: number
  readonly all: number
  readonly wholeBad: number
  readonly wholeAll: number
  /** How many values its dimension has: the more, the likelier that one stands out by chance. */
  readonly siblings: number
}

/** In the order in which they are named where several say the same. */
export const DIMENSIONS = ['platform', 'app_version', 'library', 'source', 'partition', 'platform+app_version'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** What a record that doesn't say is counted under. */
const UNKNOWN = 'unknown'

/**
 * Every part that can be named, once: of values that hold the very same records the first dimension stays. A value that
 * everything shares is no part, nor is what stands for many values.
 */
export function segmentsOf(facets: readonly FacetCount[]): readonly Segment[] {
  const combined = facets.filter(({ facet, all }) => facet.partition === null && all > 0)
  // Partitions are counted in rows of their own, beside the combinations of the others.
  const partitions = facets.filter(({ facet, all }) => facet.partition !== null && all > 0)
  const ambiguous = new Set(partitions.map(({ source }) => source)).size > 1
  return distinct([
    ...parts('platform', combined, ({ facet }) => facet.platform ?? UNKNOWN),
    ...parts('app_version', combined, ({ facet }) => facet.appVersion ?? UNKNOWN),
    ...parts('library', combined, ({ facet }) => facet.library ?? UNKNOWN),
    ...parts('source', combined, ({ source }) => source),
    ...parts('partition', partitions, ({ facet }) => facet.partition ?? UNKNOWN),
    // Sources number their partitions alike: the same number in one of them only is told apart.
    ...(ambiguous ? parts('partition', partitions, ({ source, facet }) => `${source}/${facet.partition}`) : []),
    ...parts(
      'platform+app_version',
      combined,
      ({ facet }) => `${facet.platform ?? UNKNOWN}+${facet.appVersion ?? UNKNOWN}`,
    ),
  ])
}

/** A segment with what it is made of. */
interface Part {
  readonly segment: Segment
  /** Equal for parts that hold the same rows; partitions can only be told apart by their counts. */
  readonly rows: string
}

function parts(dimension: Dimension, rows: readonly FacetCount[], read: (row: FacetCount) => string): Part[] {
  const byValue = new Map<string, { bad: number; all: number; rows: number[] }>()
  let wholeBad = 0
  let wholeAll = 0
  for (const [index, row] of rows.entries()) {
    const value = read(row)
    const sum = byValue.get(value) ?? { bad: 0, all: 0, rows: [] }
    sum.bad += row.bad
    sum.all += row.all
    sum.rows.push(index)
    byValue.set(value, sum)
    wholeBad += row.bad
    wholeAll += row.all
  }
  const siblings = byValue.size
  return [...byValue]
    .filter(([value, { all }]) => all < wholeAll && !value.includes(OTHER))
    .map(([value, { bad, all, rows: members }]) => ({
      segment: { dimension, value, bad, all, wholeBad, wholeAll, siblings },
      rows: dimension === 'partition' ? '' : members.join(),
    }))
}

function distinct(all: readonly Part[]): Segment[] {
  const rows = new Set<string>()
  const counts = new Set<string>()
  const segments: Segment[] = []
  for (const { segment, rows: members } of all) {
    const count = `${segment.bad}/${segment.all}`
    if (segment.dimension === 'partition' ? counts.has(count) : rows.has(members)) continue
    rows.add(members)
    counts.add(count)
    segments.push(segment)
  }
  return segments
}
