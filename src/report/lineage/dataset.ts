import type { Plan } from '../../plan/plan.ts'

/** A dataset as OpenLineage names it (spec/Naming.md): who holds it, and what it is called there. */
export interface DatasetId {
  readonly namespace: string
  readonly name: string
}

/** A stream that Assay reads from, and where it is. */
export interface StreamDataset extends DatasetId {
  readonly kind: 'topic' | 'collector' | 'file' | 'demo'
  /** Id of the source that reads it. */
  readonly source: string
  readonly uri: string
}

/** A database that tables lie in, without its credentials. */
export interface WarehouseAddress {
  /** `postgres://host:port` */
  readonly namespace: string
  readonly database: string
}

/** Where a configuration's sources and warehouses are, by id. */
export interface Addresses {
  readonly streams: ReadonlyMap<string, readonly StreamDataset[]>
  readonly warehouses: ReadonlyMap<string, WarehouseAddress>
}

/** The namespace of what Assay itself names: its jobs, and datasets that no system is known of. */
export function homeNamespace(environment: string): string {
  return `assay://${environment}`
}

/** One text for one dataset: no two have the same. */
export function datasetKey({ namespace, name }: DatasetId): string {
  return `${namespace}\n${name}`
}

/**
 * The dataset of a table written as `warehouse.schema.table`, by its contract where it has one; with a warehouse that nobody
 * configured it is known by what was written.
 */
export function tableDataset(
  written: string,
  { environment, tables }: Pick<Plan, 'environment' | 'tables'>,
  { warehouses }: Addresses,
): DatasetId {
  const dot = written.indexOf('.')
  const contract = tables.get(written)
  const warehouse = dot < 0 ? undefined : warehouses.get(contract?.warehouse.id ?? written.slice(0, dot))
  if (warehouse === undefined) return { namespace: homeNamespace(environment), name: written }
  const inside = contract === undefined ? written.slice(dot + 1) : `${contract.schema}.${contract.table}`
  return { namespace: warehouse.namespace, name: `${warehouse.database}.${inside}` }
}
