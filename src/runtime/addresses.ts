import type { Project } from '../config/load.ts'
import { streamsOf } from '../report/lineage/addresses.ts'
import type { Addresses } from '../report/lineage/dataset.ts'

/** Where a configuration's sources and warehouses are. `collector`: where this daemon's HTTP server is reached. */
export function addressesOf({ root, assay: { value } }: Project, collector: string): Addresses {
  const surroundings = { environment: value.environment, root, collector }
  return {
    streams: new Map(value.sources.map((source) => [source.id, streamsOf(source, surroundings)])),
    warehouses: new Map(),
  }
}
