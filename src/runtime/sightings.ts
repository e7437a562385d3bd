import type { Duration, Instant } from '../model/time.ts'
import { createSightings, type Sightings } from '../observe/dedupe/sightings.ts'
import { readSightings, sightingsTrimmedTo } from '../store/sightings.ts'
import type { Sql } from '../store/sql.ts'

/** Ids remembered of a source: 25 to 50 bytes each. */
const CAPACITY = 2_000_000

/** The filters of a source's partitions, each rebuilt from the store when its partition first comes. */
export interface Filters {
  /** Makes the filters of these partitions ready, as the store has them. */
  readonly open: (partitions: Iterable<string>) => Promise<void>
  readonly of: (partition: string) => Sightings
  /** These are all the partitions that this process reads: they share the source's memory, and others' filters go. Between batches only. */
  readonly assign: (partitions: readonly string[]) => void
  /** Since when every id of every partition is remembered, where there wasn't room for the whole horizon; null: there was. */
  readonly coveredSince: () => Instant | null
  /** Another process may have read the partition: its filter is to be rebuilt. */
  readonly forget: (partition: string) => void
  /** The name under which a partition's sightings are stored. */
  readonly keyOf: (partition: string) => string
}

export interface FilterOptions {
  readonly horizon: Duration
  /** All partitions of the source have one filter, stored under `*`. */
  readonly shared: boolean
  /** Most ids that are remembered of the source. Left out: two million. */
  readonly most?: number
  /** False: the store ends with this process. */
  readonly isStored?: boolean
}

export function createFilters(sql: Sql, source: string, options: FilterOptions): Filters {
  const { horizon, shared, most = CAPACITY, isStored = true } = options
  let capacity = most
  const filters = new Map<string, Sightings>()
  const keyOf = (partition: string): string => (shared ? '*' : partition)

  function of(partition: string): Sightings {
    const key = keyOf(partition)
    const known = filters.get(key)
    if (known !== undefined) return known
    const made = createSightings({ horizon, capacity, isStored })
    filters.set(key, made)
    return made
  }

  return {
    open: async (partitions) => {
      for (const partition of partitions) {
        const key = keyOf(partition)
        if (filters.has(key)) continue
        // All that is kept: how old it is by now the records say. Retention keeps little more than the horizon.
        const stored = await readSightings(sql, source, key, 0)
        const filter = of(partition)
        for (const { hour, bytes } of stored) filter.restore(hour, bytes)
        const trimmed = await sightingsTrimmedTo(sql, source)
        if (trimmed !== null) filter.lack(trimmed)
      }
    },
    of,
    assign: (partitions) => {
      const read = new Set(partitions)
      for (const key of [...filters.keys()]) if (!read.has(key)) filters.delete(key)
      capacity = Math.ceil(most / Math.max(1, read.size))
      for (const filter of filters.values()) filter.resize(capacity)
    },
    coveredSince: () => {
      const all = [...filters.values()].flatMap((filter) => filter.coveredSince() ?? [])
      return all.length === 0 ? null : Math.max(...all)
    },
    forget: (partition) => filters.delete(keyOf(partition)),
    keyOf,
  }
}
