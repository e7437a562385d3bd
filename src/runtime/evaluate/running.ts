import { tableSource } from '../../model/subject.ts'
import type { Plan } from '../../plan/plan.ts'

/**
 * The sources that may still bring records, with their type; null: a table. What the store holds of others, which were taken
 * out of the configuration or are disabled, holds nothing back.
 */
export function runningSources({ sources, tables }: Plan): ReadonlyMap<string, string | null> {
  return new Map<string, string | null>([
    ...sources.flatMap(({ id, type, disabled }) => (disabled === null ? [[id, type] as const] : [])),
    ...[...tables.values()].flatMap(({ name, warehouse }) =>
      warehouse.disabled === null ? [[tableSource(name), null] as const] : [],
    ),
  ])
}
