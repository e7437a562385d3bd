import type { AlertChange } from '../../alert/decide.ts'
import type { Incident } from '../../model/incident.ts'
import type { SliKind } from '../../model/sli.ts'
import { type Instant, MINUTE } from '../../model/time.ts'
import {
  incidentResult,
  incidentSpan,
  minuteSpan,
  roundResult,
  roundSpan,
  sloSpan,
} from '../../report/traces/evaluation-spans.ts'
import type { JudgedMinute } from '../evaluate/minutes.ts'
import type { Tracing } from './tracing.ts'

/** Minutes of one round that have a span though nothing changed in them: a daemon that catches up has a week of them. */
const MOST_QUIET = 60
/** SLOs of one minute that have a span of their own; how many changed is said in any case. */
const MOST_SLOS = 128

/** What a round came to. */
interface Round {
  readonly judged: number
  readonly minutes: number
  readonly changes: readonly unknown[]
  readonly notifications: readonly unknown[]
}

/** Runs a round in its span; one that judged nothing has none. */
export function traceRound<Evaluation extends Round>(
  tracing: Tracing,
  evaluate: () => Promise<Evaluation>,
): Promise<Evaluation> {
  return tracing.traced(roundSpan, async (span) => {
    const evaluation = await evaluate()
    const { judged, minutes, changes, notifications } = evaluation
    if (judged === 0 && changes.length === 0) span.discard()
    else span.set(() => roundResult({ judged, minutes, changed: changes.length, notifications: notifications.length }))
    return evaluation
  })
}

/** Runs what follows from a judged minute in the minute's span, which began when the minute before was done with. For one round. */
export function createMinuteSpans(tracing: Tracing) {
  let began = tracing.clock()
  let quiet = 0

  async function inSpan(minute: JudgedMinute, work: () => Promise<void>): Promise<void> {
    const { at, judged, changed, changes } = minute
    if (changed.length === 0 && changes.length === 0) quiet += 1
    if (!tracing.on || (changed.length === 0 && changes.length === 0 && quiet > MOST_QUIET)) await work()
    else {
      const start = () => minuteSpan(at, judged.length, changed.length, began)
      await tracing.traced(start, async () => {
        for (const { verdict } of changed.slice(0, MOST_SLOS)) tracing.mark(() => sloSpan(verdict, began))
        await work()
      })
    }
    began = tracing.clock()
  }
  return inSpan
}

export interface LookedAt {
  readonly change: AlertChange
  readonly incident: Incident
  readonly at: Instant
  readonly kinds: readonly SliKind[]
}

/** Looks at an incident in a span that links to the batches it rests on; what is sent of it goes on from there. */
export function traceIncident<Told extends { incident: Incident; notifications: readonly unknown[] }>(
  tracing: Tracing,
  { change, incident, at, kinds }: LookedAt,
  look: () => Promise<Told>,
): Promise<Told> {
  const start = () => incidentSpan(change, incident, at, linksOf(tracing, incident, at, kinds))
  return tracing.traced(start, async (span) => {
    const told = await look()
    span.set(() => incidentResult(told.incident, told.notifications.length))
    tracing.incidents.set(incident.id, span.context)
    return told
  })
}

function linksOf({ evidence }: Tracing, incident: Incident, at: Instant, kinds: readonly SliKind[]) {
  const { event, subject = 'event', startedAt, endedAt } = incident
  if (event === null) return []
  return evidence.links({
    event,
    subject,
    kinds,
    from: startedAt,
    until: endedAt === null ? at : Math.min(at, endedAt + MINUTE),
  })
}
