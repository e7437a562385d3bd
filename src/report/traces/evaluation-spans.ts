import type { Incident } from '../../model/incident.ts'
import type { SubjectKind } from '../../model/subject.ts'
import { iso, type Instant } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import { ATTRIBUTE } from './names.ts'
import type { SpanAttributes, SpanLink, SpanStart } from './span.ts'

/** One round of the evaluate loop: every minute that had become judgeable. */
export function roundSpan(): SpanStart {
  return { name: 'evaluate', kind: 'internal', attributes: {}, links: [] }
}

export interface RoundResult {
  /** SLOs × minutes. */
  readonly judged: number
  readonly minutes: number
  readonly changed: number
  readonly notifications: number
}

export function roundResult({ judged, minutes, changed, notifications }: RoundResult): SpanAttributes {
  return {
    [ATTRIBUTE.judged]: judged,
    [ATTRIBUTE.minutes]: minutes,
    [ATTRIBUTE.changed]: changed,
    [ATTRIBUTE.notifications]: notifications,
  }
}

/** One minute of the data. `at` is its end, `changed` how many SLOs have another verdict than the minute before. */
export function minuteSpan(at: Instant, judged: number, changed: number, began: number): SpanStart {
  const attributes = { [ATTRIBUTE.minute]: iso(at), [ATTRIBUTE.judged]: judged, [ATTRIBUTE.changed]: changed }
  return { name: 'evaluate minute', kind: 'internal', attributes, links: [], began }
}

/** An SLO whose outcome, reason or rows changed in the minute. */
export function sloSpan(verdict: Verdict, began: number): SpanStart {
  const numbers = {
    [ATTRIBUTE.ratio]: verdict.ratio,
    [ATTRIBUTE.lower]: verdict.lower,
    [ATTRIBUTE.upper]: verdict.upper,
    [ATTRIBUTE.budget]: verdict.budgetRemaining,
  }
  return {
    name: 'evaluate slo',
    kind: 'internal',
    attributes: {
      [ATTRIBUTE.slo]: verdict.slo,
      [ATTRIBUTE.sli]: verdict.kind,
      [ATTRIBUTE.domain]: verdict.domain,
      [subjectAttribute(verdict.subject)]: verdict.event,
      ...(verdict.source === null ? {} : { [ATTRIBUTE.source]: verdict.source }),
      [ATTRIBUTE.minute]: iso(verdict.at),
      [ATTRIBUTE.outcome]: verdict.outcome,
      ...(verdict.reason === null ? {} : { [ATTRIBUTE.reason]: verdict.reason }),
      ...(verdict.firing === null ? {} : { [ATTRIBUTE.firing]: verdict.firing }),
      [ATTRIBUTE.objective]: verdict.objective,
      ...known(numbers),
    },
    links: [],
    began,
  }
}

/** What is made of an incident in one minute: its cause, who is told. Links lead to the batches it rests on. */
export function incidentSpan(change: string, incident: Incident, at: Instant, links: readonly SpanLink[]): SpanStart {
  return {
    name: 'evaluate incident',
    kind: 'internal',
    attributes: {
      [ATTRIBUTE.incident]: incident.id,
      [ATTRIBUTE.change]: change,
      [ATTRIBUTE.minute]: iso(at),
      [ATTRIBUTE.severity]: incident.severity,
      [ATTRIBUTE.domain]: incident.domain,
      ...(incident.event === null ? {} : { [subjectAttribute(incident.subject)]: incident.event }),
      [ATTRIBUTE.slos]: [...incident.slos],
      [ATTRIBUTE.started]: iso(incident.startedAt),
    },
    links,
  }
}

/** What came of looking at an incident. */
export function incidentResult(incident: Incident, notifications: number): SpanAttributes {
  const { cause } = incident
  return {
    [ATTRIBUTE.notifications]: notifications,
    ...(cause === null ? {} : { [ATTRIBUTE.cause]: `${cause.dimension}=${cause.value}` }),
  }
}

function subjectAttribute(subject: SubjectKind = 'event'): string {
  return subject === 'table' ? ATTRIBUTE.table : ATTRIBUTE.event
}

function known(numbers: Readonly<Record<string, number | null>>): SpanAttributes {
  return Object.fromEntries(Object.entries(numbers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}
