import type { EventSample, PropertyProfile } from '../model/sample.ts'
import { compareText } from '../model/order.ts'
import { pointerTo } from '../observe/check/fill.ts'
import type { EventPlan } from '../plan/plan.ts'

/** Profiles of the same property in several sources, added; by name. */
export function mergedProperties(samples: readonly EventSample[]): PropertyProfile[] {
  const merged = new Map<string, PropertyProfile>()
  for (const property of samples.flatMap((sample) => sample.properties)) {
    const before = merged.get(property.name)
    if (before === undefined) {
      merged.set(property.name, property)
      continue
    }
    const types = new Map(Object.entries(before.types))
    for (const [type, count] of Object.entries(property.types)) types.set(type, (types.get(type) ?? 0) + count)
    merged.set(property.name, {
      name: property.name,
      types: Object.fromEntries(types),
      filled: before.filled + property.filled,
      seen: before.seen + property.seen,
    })
  }
  return [...merged.values()].sort((a, b) => compareText(a.name, b.name))
}

/** Properties whose fill is counted record by record, by the newest version of a contract. */
export function watchedOf({ versions }: Pick<EventPlan, 'versions'>): ReadonlySet<string> {
  const newest = versions.at(-1)
  return new Set([...(newest?.watched ?? []), ...(newest?.goals ?? []).map(({ property }) => property)])
}

/** Share of records with the property filled: counted over the span where it is watched, else as profiled in samples. */
export function fillOf(
  property: PropertyProfile,
  watched: ReadonlySet<string>,
  findings: readonly { kind: string; path: string; count: number }[],
  received: number,
): number {
  const pointer = pointerTo(property.name)
  const unfilled = findings.find(({ kind, path }) => kind === 'unfilled' && path === pointer)
  if (received > 0 && (unfilled !== undefined || watched.has(property.name))) {
    return Math.max(0, 1 - (unfilled?.count ?? 0) / received)
  }
  return property.seen === 0 ? 0 : property.filled / property.seen
}

/** A stored payload as JSON; as text where it was cut and no longer parses. */
export function payloadOf(payload: string | null): unknown {
  if (payload === null) return null
  try {
    return JSON.parse(payload)
  } catch {
    return payload
  }
}

/** The parts of sampled payloads that a contract would judge. */
export function stubBodies(samples: readonly EventSample[]): unknown[] {
  return samples.map((sample) => {
    const payload = payloadOf(sample.payload)
    if (typeof payload !== 'object' || payload === null) return {}
    const { properties, traits, data, messageId } = payload as Record<string, unknown>
    // A call of Segment's without properties has an empty body: its envelope is none.
    return properties ?? traits ?? data ?? (messageId === undefined ? payload : {})
  })
}
