import type { Instant } from '../../model/time.ts'
import { emptyCounts, type Facet, type Finding, mergeCounts, type WindowCounts } from '../../model/window.ts'
import type { WindowDelta } from './delta.ts'
import type { SeriesSlot } from './slot.ts'

/** The sums of one key by minute; the last minute is at hand, since records come in order of arrival. */
interface Minutes {
  last: Instant
  counts: WindowCounts
  readonly all: Map<Instant, WindowCounts>
}

/**
 * What one batch adds to a series. A record is counted in one place, the facet of its dimensions, and the series' minute is
 * the sum of its facets; only what has no dimensions is counted in the minute itself.
 */
export interface SeriesPage {
  readonly series: SeriesSlot
  readonly bare: Minutes
  readonly facets: Map<Facet, Minutes>
  /** The same records once more, under another aspect. */
  readonly partitions: Map<Facet, Minutes>
  readonly findings: Map<Finding, Map<Instant, number>>
}

export function createPage(series: SeriesSlot): SeriesPage {
  return { series, bare: noMinutes(), facets: new Map(), partitions: new Map(), findings: new Map() }
}

/** The counts of a minute of records without dimensions, to be added to. */
export function bareCounts(page: SeriesPage, minute: Instant): WindowCounts {
  return countsIn(page.bare, minute)
}

export function facetCounts(page: SeriesPage, facet: Facet, minute: Instant): WindowCounts {
  return countsIn(minutesOf(page.facets, facet), minute)
}

export function partitionCounts(page: SeriesPage, partition: Facet, minute: Instant): WindowCounts {
  return countsIn(minutesOf(page.partitions, partition), minute)
}

export function addFinding({ findings }: SeriesPage, finding: Finding, minute: Instant): void {
  let minutes = findings.get(finding)
  if (minutes === undefined) {
    minutes = new Map()
    findings.set(finding, minutes)
  }
  minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
}

/** What was folded, of pages that each have a series of their own: no key stands twice. */
export function deltaOf(pages: readonly SeriesPage[]): WindowDelta {
  return {
    windows: pages.flatMap((page) =>
      [...wholeMinutes(page)].map(([minute, counts]) => ({ series: page.series.key, minute, counts })),
    ),
    facets: pages.flatMap(({ series: { key: series }, facets, partitions }) =>
      [...facets, ...partitions].flatMap(([facet, { all }]) =>
        [...all].map(([minute, counts]) => ({ series, facet, minute, counts })),
      ),
    ),
    findings: pages.flatMap(({ series: { key: series }, findings }) =>
      [...findings].flatMap(([finding, minutes]) =>
        [...minutes].map(([minute, count]) => ({ series, finding, minute, count })),
      ),
    ),
  }
}

function wholeMinutes({ bare, facets }: SeriesPage): Map<Instant, WindowCounts> {
  const whole = new Map<Instant, WindowCounts>()
  for (const { all } of [bare, ...facets.values()]) {
    for (const [minute, counts] of all) whole.set(minute, mergeCounts(whole.get(minute) ?? emptyCounts(), counts))
  }
  return whole
}

function minutesOf(kept: Map<Facet, Minutes>, facet: Facet): Minutes {
  let minutes = kept.get(facet)
  if (minutes === undefined) {
    minutes = noMinutes()
    kept.set(facet, minutes)
  }
  return minutes
}

function noMinutes(): Minutes {
  return { last: Number.NaN, counts: emptyCounts(), all: new Map() }
}

function countsIn(minutes: Minutes, minute: Instant): WindowCounts {
  if (minutes.last === minute) return minutes.counts
  let counts = minutes.all.get(minute)
  if (counts === undefined) {
    counts = emptyCounts()
    minutes.all.set(minute, counts)
  }
  minutes.last = minute
  minutes.counts = counts
  return counts
}
