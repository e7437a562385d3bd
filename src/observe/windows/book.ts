import { emptyCounts, type Facet, type Finding, type WindowCounts } from '../../model/window.ts'
import type { Instant } from '../../model/time.ts'
import type { WindowDelta } from './delta.ts'
import type { SeriesSlot } from './interner.ts'

/** Folds the records of one batch into sums per series and minute. */
export interface Book {
  /** The counts of a series' minute, to be added to in place. */
  readonly window: (series: SeriesSlot, minute: Instant) => WindowCounts
  readonly facet: (series: SeriesSlot, facet: Facet, minute: Instant) => WindowCounts
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

interface SeriesPage extends Minutes {
  readonly facets: Map<Facet, Minutes>
  readonly findings: Map<Finding, Map<Instant, number>>
}

export function createBook(): Book {
  const pages = new Map<SeriesSlot, SeriesPage>()

  function pageOf(series: SeriesSlot): SeriesPage {
    const known = pages.get(series)
    if (known !== undefined) return known
    const page: SeriesPage = { ...noMinutes(), facets: new Map(), findings: new Map() }
    pages.set(series, page)
    return page
  }

  return {
    window: (series, minute) => countsIn(pageOf(series), minute),
    facet: (series, facet, minute) => {
      const { facets } = pageOf(series)
      let minutes = facets.get(facet)
      if (minutes === undefined) {
        minutes = noMinutes()
        facets.set(facet, minutes)
      }
      return countsIn(minutes, minute)
    },
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
      windows: [...pages].flatMap(([{ key: series }, { all }]) =>
        [...all].map(([minute, counts]) => ({ series, minute, counts })),
      ),
      facets: [...pages].flatMap(([{ key: series }, { facets }]) =>
        [...facets].flatMap(([facet, { all }]) =>
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
