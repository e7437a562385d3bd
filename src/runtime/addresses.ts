import type { Project } from '../config/load.ts'
import { readSecret } from '../config/secret.ts'
import { streamsOf, warehouseAddress } from '../report/lineage/addresses.ts'
import type { Addresses } from '../report/lineage/dataset.ts'

/**
 * Where a configuration's sources and warehouses are; of a warehouse whose address is an unset secret nothing is known.
 * `collector`: where this daemon's HTTP server is reached.
 */
export function addressesOf(
  { root, assay: { value } }: Project,
  collector: string,
  env: Readonly<Record<string, string | undefined>>,
): Addresses {
  const surroundings = { environment: value.environment, root, collector }
  return {
    streams: new Map(value.sources.map((source) => [source.id, streamsOf(source, surroundings)])),
    warehouses: new Map(
      value.warehouses.flatMap(({ id, type, url }) => {
        const read = typeof url === 'string' ? { value: url } : readSecret(url, env)
        const address = 'value' in read ? warehouseAddress(type, read.value) : null
        return address === null ? [] : [[id, address] as const]
      }),
    ),
  }
}
