import type { WatchingOptions } from '../../judge/volume/watching.ts'
import type { EventPlan, Plan } from '../../plan/plan.ts'

/**
 * What a plan says of the series that are found: domains, and the properties whose fill is watched. A table is of none here: its rows are not a
 * part of what its domain's events count, and come when they are loaded.
 */
export function watchingOptions(plan: Plan): WatchingOptions {
  const properties = new Map<string, readonly string[]>()
  for (const event of plan.events.values()) properties.set(event.name, propertiesOf(event))
  for (const { name, columns } of plan.tables.values()) {
    properties.set(
      name,
      columns.flatMap((column) => (column.watched || column.fill !== null ? [column.name] : [])),
    )
  }
  return {
    domainOf: (subject) => plan.events.get(subject)?.domain ?? null,
    propertiesOf: (subject) => properties.get(subject) ?? [],
  }
}

/** Important ones first, then what the newest version requires. */
function propertiesOf({ important, versions }: EventPlan): readonly string[] {
  const newest = versions.at(-1)
  return [...new Set([...important.map(({ property }) => property), ...(newest?.watched ?? [])])]
}
