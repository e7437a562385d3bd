import type { FacetCount } from '../../src/judge/explain/segments.ts'
import { type Random, seeded } from './random.ts'

export type FaultKind = 'one dimension' | 'pair' | 'none'

/** One made-up incident: what was counted, and the only right answer. */
export interface Fault {
  readonly kind: FaultKind
  readonly facets: readonly FacetCount[]
  /** `platform android`, or null where the bad records are spread like all. */
  readonly truth: string | null
  readonly badRecords: number
}

export interface FaultOptions {
  readonly kind: FaultKind
  /** Records in the incident's span, at least and at most. */
  readonly records: readonly [number, number]
}

interface Row {
  readonly source: string
  readonly platform: string | null
  readonly appVersion: string | null
  readonly library: string | null
  all: number
  bad: number
}

const AXES = [
  ['platform', (row: Row) => row.platform ?? 'unknown'],
  ['app_version', (row: Row) => row.appVersion ?? 'unknown'],
  ['library', (row: Row) => row.library ?? 'unknown'],
  ['source', (row: Row) => row.source],
] as const
const PAIR = (row: Row) => `${row.platform ?? 'unknown'}+${row.appVersion ?? 'unknown'}`

/**
 * A shop's traffic with a fault planted in it: 2–60 % of the records belong to the faulty part, 20–100 % of those are
 * bad, and up to 2 % are bad everywhere. None: 3–100 % are bad everywhere, unevenly by a tenth.
 */
export function makeFault(seed: number, { kind, records }: FaultOptions): Fault {
  const random = seeded(seed)
  for (;;) {
    const rows = makeTraffic(random, Math.round(between(random, ...records)))
    if (kind === 'none') return spread(random, rows)
    const planted = plant(random, rows, kind)
    if (planted !== null) return planted
  }
}

/** Platforms with versions and libraries of their own; some versions and libraries are shared by several. */
function makeTraffic(random: Random, total: number): Row[] {
  const platforms = ['web', 'ios', 'android', 'server', null].slice(0, 2 + random.below(4))
  const sources = ['clickstream', 'web', 'archive'].slice(0, 1 + random.below(3))
  const sharedVersions = random.next() < 0.5
  const ownLibrary = random.next() < 0.7
  const rows: Row[] = []
  const weights: number[] = []
  for (const platform of platforms) {
    const platformWeight = 0.1 + random.next() ** 2
    const versions = 1 + random.below(5)
    for (let version = 0; version < versions; version++) {
      const appVersion = platform === 'server' ? null : `${sharedVersions ? 4 : (platform ?? 'x').length}.${version}.0`
      const versionWeight = 0.05 + random.next() ** 2
      for (const source of sources) {
        const libraries = ownLibrary ? [`analytics-${platform ?? 'http'}`] : ['analytics-a', 'analytics-b', null]
        for (const library of libraries) {
          rows.push({ source, platform, appVersion, library, all: 0, bad: 0 })
          weights.push(platformWeight * versionWeight * (0.2 + random.next()))
        }
      }
    }
  }
  const sum = weights.reduce((more, weight) => more + weight, 0)
  for (const [index, row] of rows.entries()) row.all = Math.round((total * (weights[index] ?? 0)) / sum)
  return rows.filter(({ all }) => all > 0)
}

function plant(random: Random, rows: Row[], kind: FaultKind): Fault | null {
  const [dimension, read] = kind === 'pair' ? (['platform+app_version', PAIR] as const) : random.pick(AXES)
  const value = read(random.pick(rows))
  const inside = rows.filter((row) => read(row) === value)
  const share = sumOf(inside) / sumOf(rows)
  if (share < 0.02 || share > 0.6) return null
  const background = random.next() * 0.02
  const rate = 0.2 + random.next() * 0.8
  for (const row of rows) row.bad = random.binomial(row.all, inside.includes(row) ? rate : background)
  return finish(random, rows, kind, nameOfSet(rows, new Set(inside)) ?? `${dimension} ${value}`)
}

function spread(random: Random, rows: Row[]): Fault {
  const rate = 0.03 + random.next() * 0.97
  for (const row of rows) row.bad = random.binomial(row.all, Math.min(1, rate * (0.9 + 0.2 * random.next())))
  return finish(random, rows, 'none', null)
}

/** Two thirds of the sources have partitions, over which everything is spread. */
function finish(random: Random, rows: readonly Row[], kind: FaultKind, truth: string | null): Fault {
  const facets: FacetCount[] = rows.map(({ source, platform, appVersion, library, all, bad }) => ({
    source,
    facet: { platform, appVersion, library, partition: null },
    all,
    bad,
  }))
  const partitions = random.next() < 0.33 ? 1 : 1 + random.below(12)
  for (const source of new Set(rows.map((row) => row.source))) {
    let all = sumOf(rows.filter((row) => row.source === source))
    let bad = rows.filter((row) => row.source === source).reduce((more, row) => more + row.bad, 0)
    for (let left = partitions; left > 0; left--) {
      const partBad = random.binomial(bad, 1 / left)
      const partAll = partBad + random.binomial(all - bad, 1 / left)
      const facet = {
        platform: null,
        appVersion: null,
        library: null,
        partition: `${source === 'web' ? 'w' : ''}${left}`,
      }
      facets.push({ source, facet, all: partAll, bad: partBad })
      all -= partAll
      bad -= partBad
    }
  }
  return { kind, facets, truth, badRecords: rows.reduce((more, row) => more + row.bad, 0) }
}

/** What a set of rows is called: by the first dimension of which one value holds exactly these rows. */
function nameOfSet(rows: readonly Row[], set: ReadonlySet<Row>): string | null {
  for (const [dimension, read] of [...AXES, ['platform+app_version', PAIR] as const]) {
    const values = new Set([...set].map(read))
    const [value] = values
    if (values.size === 1 && rows.every((row) => (read(row) === value) === set.has(row))) return `${dimension} ${value}`
  }
  return null
}

function sumOf(rows: readonly Row[]): number {
  return rows.reduce((more, row) => more + row.all, 0)
}

function between(random: Random, least: number, most: number): number {
  return Math.exp(Math.log(least) + random.next() * (Math.log(most) - Math.log(least)))
}
