import type { Judgement } from '../../model/observation.ts'
import type { Decoded, DecodedEvent } from '../../model/record.ts'
import type { Plan } from '../../plan/plan.ts'
import { judge } from './check.ts'

/** Of an event's flawless records, one in so many keeps its payload: what the event's page shows. */
const KEPT = 64

/**
 * Judges a record where it is read, for sources that hold records back to put them in order: what is flawless loses its
 * payload there, so that a few thousand records that wait are small. Holding whole payloads cost a replay a third of its
 * time in garbage collection.
 */
export type EarlyCheck = (decoded: Decoded) => Judged

/** A record with what the plan says of it; null: it is judged with its batch. */
export interface Judged {
  readonly decoded: Decoded
  readonly judged: Judgement | null
}

/** `plan`: the one in force now. Records without a contract are judged with their batch. */
export function createEarlyCheck(plan: () => Plan): EarlyCheck {
  const counted = new Map<string, { records: number }>()

  function isKept(event: string): boolean {
    let count = counted.get(event)
    if (count === undefined) {
      count = { records: 0 }
      counted.set(event, count)
    }
    count.records += 1
    return count.records % KEPT === 1
  }

  return (decoded) => {
    const event = decoded.ok ? plan().events.get(decoded.event) : undefined
    if (!decoded.ok || event === undefined) return { decoded, judged: null }
    const judged = judge(event, decoded)
    if (!isFlawless(judged) || isKept(event.name)) return { decoded, judged }
    return { decoded: withoutPayload(decoded), judged }
  }
}

function isFlawless({ violations, unfilled, unfilledGoals, unplannedProperties }: Judgement): boolean {
  return violations.length + unfilled.length + unfilledGoals.length + unplannedProperties.length === 0
}

/** Field by field: spreading an object takes several times as long, and this is done for nearly every record. */
function withoutPayload({ event, id, eventTime, receivedAt, dimensions }: DecodedEvent): DecodedEvent {
  return { ok: true, event, id, body: null, eventTime, receivedAt, dimensions, envelope: null }
}
