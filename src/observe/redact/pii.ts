import type { EventPlan } from '../../plan/plan.ts'

const NONE: ReadonlyMap<string, string> = new Map()
const known = new WeakMap<EventPlan, ReadonlyMap<string, string>>()

/** What any version of an event's contract classifies as private: a property is no less so when an older app sends it. */
export function piiOf(event: EventPlan | null): ReadonlyMap<string, string> {
  if (event === null) return NONE
  const merged = known.get(event) ?? merge(event)
  known.set(event, merged)
  return merged
}

function merge({ versions }: EventPlan): ReadonlyMap<string, string> {
  return new Map(versions.flatMap(({ pii }) => [...pii]))
}
