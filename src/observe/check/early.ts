import type { Judgement } from '../../model/observation.ts'
import type { Decoded, DecodedEvent } from '../../model/record.ts'
import type { Plan } from '../../plan/plan.ts'
import { type JudgeRecord, judgeOf } from './check.ts'

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

/**
 * `plan`: the one in force now. Records without a contract are judged with their batch. `kept`: of an event's flawless
 * records one in so many keeps its payload; with `Infinity` the first.
 */
export function createEarlyCheck(plan: () => Plan, kept = KEPT): EarlyCheck {
  let asked: Plan | null = null
  let events = new Map<string, Counted>()

  function eventOf(name: string): Counted | null {
    const now = plan()
    if (now !== asked) {
      asked = now
      events = new Map()
    }
    const known = events.get(name)
    if (known !== undefined) return known
    const event = now.events.get(name)
    if (event === undefined) return null
    const counted = { judge: judgeOf(event), flawless: 0 }
    events.set(name, counted)
    return counted
  }

  return (decoded) => {
    const counted = decoded.ok ? eventOf(decoded.event) : null
    if (!decoded.ok || counted === null) return { decoded, judged: null }
    const judged = counted.judge(decoded)
    if (!isFlawless(judged)) return { decoded, judged }
    counted.flawless += 1
    return { decoded: counted.flawless % kept === 1 ? decoded : withoutPayload(decoded), judged }
  }
}

interface Counted {
  readonly judge: JudgeRecord
  flawless: number
}

function isFlawless({ violations, unfilled, unfilledGoals, unplannedProperties }: Judgement): boolean {
  return violations.length + unfilled.length + unfilledGoals.length + unplannedProperties.length === 0
}

/** Field by field: spreading an object takes several times as long, and this is done for nearly every record. */
function withoutPayload({ event, id, eventTime, receivedAt, dimensions }: DecodedEvent): DecodedEvent {
  return { ok: true, event, id, body: null, eventTime, receivedAt, dimensions, envelope: null }
}
