import { createSightings, type Sightings } from '../observe/dedupe/sightings.ts'
import type { Duration, Instant } from '../model/time.ts'
import { readSightings } from '../store/sightings.ts'
import type { Sql } from '../store/sql.ts'

/** Ids remembered of one source: 20 bytes each, and again as much while the table grows. */
const CAPACITY = 2_000_000

/** The filters of a source's partitions; a partition's is rebuilt from the store when it is first asked for. */
export interface SourceSightings {
  /** Makes the filters of these partitions ready, as the store has them. */
  readonly open: (partitions: Iterable<string>) => Promise<void>
  readonly of: (partition: string) => Sightings
  readonly pending: () => readonly { readonly partition: string; readonly hour: Instant; readonly bytes: Uint8Array }[]
  readonly commit: () => void
  readonly discard: () => void
}

/** `whole`: all partitions of the source share one filter, under the name `*`: files, of which one may repeat another. */
export function createSourceSightings(db: Sql, source: string, horizon: Duration, whole: boolean): SourceSightings {
  const filters = new Map<string, Sightings>()
  const keyOf = (partition: string): string => (whole ? '*' : partition)

  function filterOf(partition: string): Sightings {
    const key = keyOf(partition)
    const known = filters.get(key)
    if (known !== undefined) return known
    const made = createSightings({ horizon, capacity: CAPACITY })
    filters.set(key, made)
    return made
  }

  return {
    open: async (partitions) => {
      for (const partition of partitions) {
        const key = keyOf(partition)
        if (filters.has(key)) continue
        const filter = filterOf(partition)
        // All that is kept: whose time it is, the records say. Retention keeps no more than the horizon.
        for (const { hour, bytes } of await readSightings(db, source, key, 0)) filter.restore(hour, bytes)
      }
    },
    of: filterOf,
    pending: () => [...filters].flatMap(([partition, filter]) => filter.pending().map((entry) => ({ partition, ...entry }))),
    commit: () => {
      for (const filter of filters.values()) filter.commit()
    },
    discard: () => {
      for (const filter of filters.values()) filter.discard()
    },
  }
}
