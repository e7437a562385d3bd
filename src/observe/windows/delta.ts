import type { Facet, Finding, SeriesKey, WindowCounts } from '../../model/window.ts'
import type { Instant } from '../../model/time.ts'

/** What one batch adds to the windows: sums per series and minute, ready to be written. No key stands twice. */
export interface WindowDelta {
  readonly windows: readonly { readonly series: SeriesKey; readonly minute: Instant; readonly counts: WindowCounts }[]
  readonly facets: readonly {
    readonly series: SeriesKey
    readonly facet: Facet
    readonly minute: Instant
    readonly counts: WindowCounts
  }[]
  readonly findings: readonly {
    readonly series: SeriesKey
    readonly finding: Finding
    readonly minute: Instant
    readonly count: number
  }[]
}
