import type { BulkHistogram } from './histogram.ts'
import type { Series } from './series.ts'

/** What the parts of a registry write to. */
export interface Meters {
  readonly series: Series
  readonly delay: BulkHistogram
  readonly ingest: BulkHistogram
  readonly evaluation: BulkHistogram
}
