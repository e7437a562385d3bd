import type { WarehouseConfig } from '../../config/schema.ts'
import { createPostgresWarehouse } from '../../observe/tables/postgres/postgres-warehouse.ts'
import type { Warehouse } from '../../observe/tables/warehouse.ts'
import { warehouseUrlOf } from '../secrets.ts'

/** Makes the warehouse that a configuration describes, or says why it can't be read. */
export function createWarehouse(
  config: WarehouseConfig,
  env: Readonly<Record<string, string | undefined>>,
): Warehouse | { readonly disabled: string } {
  switch (config.type) {
    case 'postgres': {
      const found = warehouseUrlOf(config.url, env)
      if ('disabled' in found) return found
      return createPostgresWarehouse({ id: config.id, url: found.url, statementTimeout: config.statement_timeout })
    }
  }
}
