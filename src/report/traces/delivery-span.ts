import { ATTRIBUTE } from './names.ts'
import type { SpanAttributes, SpanStart } from './span.ts'

/** One attempt to tell a receiver of an incident; the first is 1. */
export interface AttemptToTrace {
  readonly receiver: string
  readonly incident: string
  readonly action: string
  readonly attempt: number
}

export function deliverySpan({ receiver, incident, action, attempt }: AttemptToTrace): SpanStart {
  return {
    name: `deliver ${receiver}`,
    kind: 'client',
    attributes: {
      [ATTRIBUTE.receiver]: receiver,
      [ATTRIBUTE.incident]: incident,
      [ATTRIBUTE.action]: action,
      [ATTRIBUTE.attempt]: attempt,
    },
    links: [],
  }
}

/** What the receiver answered: never its words, which may hold what was sent. */
export function deliveryResult(outcome: string, status: number | null): SpanAttributes {
  return { [ATTRIBUTE.outcome]: outcome, ...(status === null ? {} : { [ATTRIBUTE.httpStatus]: status }) }
}
