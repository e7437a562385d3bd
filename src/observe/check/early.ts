import type { Judgement } from '../../model/observation.ts'
import type { Decoded } from '../../model/record.ts'
import type { Plan } from '../../plan/plan.ts'
import { judge } from './check.ts'

/** Of an event's flawless records, one in so many keeps its payload: what the event's page shows. */
const KEPT = 64

/**
 * Judges a record where it is read, for sources that hold records back to put them in order: what is flawless loses its
 * payload there, so that a few thousand records that wait are small. Holding whole payloads cost a replay a third of its
 * time in garbage collection.
 */
export type EarlyCheck = (decoded: Decoded) => { readonly decoded: Decoded; readonly judged: Judgement | null }

/** `plan`: the one in force now. Records without a contract are judged with their batch. */
export function createEarlyCheck(plan: () => Plan): EarlyCheck {
  const counted = new Map<string, number>()
  return (decoded) => {
    const event = decoded.ok ? plan().events.get(decoded.event) : undefined
    if (!decoded.ok || event === undefined) return { decoded, judged: null }
    const judged = judge(event, decoded)
    const { violations, unfilled, unfilledGoals, unplannedProperties } = judged
    if (violations.length + unfilled.length + unfilledGoals.length + unplannedProperties.length > 0)
      return { decoded, judged }
    const count = counted.get(event.name) ?? 0
    counted.set(event.name, count + 1)
    if (count % KEPT === 0) return { decoded, judged }
    return { decoded: { ...decoded, body: null, envelope: null }, judged }
  }
}
