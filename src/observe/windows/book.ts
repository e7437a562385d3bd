import type { Instant } from '../../model/time.ts'
import { emptyCounts, type Facet, type Finding, mergeCounts, type WindowCounts } from '../../model/window.ts'
import type { WindowDelta } from './delta.ts'
import type { SeriesSlot } from './slot.ts'

/**
 * Folds the records of one batch into sums per series and minute. A record is counted in one place, the facet of its
 * dimensions, and a series' minute is the sum of its facets; only what has no dimensions is counted in the minute itself.
 */
export interface Book {
  /** What a series' records without dimensions add to its minute. */
  readonly window: (series: SeriesSlot, minute: Instant) => WindowCounts
  /** What the records of one combination of dimensions add to its minute, and so to the series'. */
  readonly facet: (series: SeriesSlot, facet: Facet, minute: Instant) => WindowCounts
  /** What a partition's records add: the same records once more, under another aspect. */
  readonly partition: (series: SeriesSlot, partition: Facet, minute: Instant) => WindowCounts
  readonly find: (series: SeriesSlot, finding: Finding, minute: Instant) => void
  /** What was folded. No key stands twice. */
  readonly delta: () => WindowDelta
}

/** The sums of one key by minute; the last minute is at hand, since records come in order of arrival. */
interface Minutes {
  last: Instant
  counts: WindowCounts
  readonly all: Map<Instant, WindowCounts>
}

interface SeriesPage {
  readonly bare: Minutes
  readonly facets: Map<Facet, Minutes>
  readonly partitions: Map<Facet, Minutes>
  readonly findings: Map<Finding, Map<Instant, number>>
}

export function createBook(): Book {
  const pages = new Map<SeriesSlot, SeriesPage>()

  function pageOf(series: SeriesSlot): SeriesPage {
    const known = pages.get(series)
    if (known !== undefined) return known
    const page: SeriesPage = { bare: noMinutes(), facets: new Map(), partitions: new Map(), findings: new Map() }
    pages.set(series, page)
    return page
  }

  return {
    window: (series, minute) => countsIn(pageOf(series).bare, minute),
    facet: (series, facet, minute) => countsIn(minutesOf(pageOf(series).facets, facet), minute),
    partition: (series, partition, minute) => countsIn(minutesOf(pageOf(series).partitions, partition), minute),
    find: (series, finding, minute) => {
      const { findings } = pageOf(series)
      let minutes = findings.get(finding)
      if (minutes === undefined) {
        minutes = new Map()
        findings.set(finding, minutes)
      }
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1)
    },
    delta: () => ({
      windows: [...pages].flatMap(([{ key: series }, page]) =>
        [...wholeMinutes(page)].map(([minute, counts]) => ({ series, minute, counts })),
      ),
      facets: [...pages].flatMap(([{ key: series }, { facets, partitions }]) =>
        [...facets, ...partitions].flatMap(([facet, { all }]) =>
          [...all].map(([minute, counts]) => ({ series, facet, minute, counts })),
        ),
      ),
      findings: [...pages].flatMap(([{ key: series }, { findings }]) =>
        [...findings].flatMap(([finding, minutes]) =>
          [...minutes].map(([minute, count]) => ({ series, finding, minute, count })),
        ),
      ),
    }),
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
