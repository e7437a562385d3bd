import { HOUR } from '../../../model/time.ts'
import { eventsOf, type Incident, subjectOf } from '../../../model/incident.ts'
import { deliveriesOf } from '../../../store/read/evidence.ts'
import { incidentById } from '../../../store/read/incidents.ts'
import { eventCourse } from '../../../store/read/counts.ts'
import { verdictCourse } from '../../../store/read/verdicts.ts'
import { badRecordsOf } from '../../bad-records.ts'
import type { ServeDeps } from '../../deps.ts'
import { notFound } from '../../problems.ts'
import { standings } from '../../standing.ts'
import { sloLine, subjectPath } from '../home/domains.ts'
import { causeBars, runbook } from '../home/incidents.ts'
import { html } from '../html.ts'
import { layout, part } from '../layout.ts'
import { mark, severityMark } from '../marks.ts'
import { budgetSentence, goneIn, incidentSentence } from '../sentence.ts'
import { clockIn, prose, span } from '../words.ts'
import { budgetCourse, sliCourse } from './courses.ts'
import { deliveries, evidence, timeline } from './parts.ts'

/** Names that the page lists; the API has all. */
const MOST_NAMED = 20

/** One incident: what happened, why, what now? */
export async function incidentPage(deps: ServeDeps, id: string): Promise<string> {
  const { db } = deps
  const incident = await incidentById(db, id)
  if (incident === null) throw notFound('incident', id)
  const plan = deps.plan()
  const clock = clockIn(plan.timezone, deps.now())
  const seen = {
    from: incident.startedAt - HOUR,
    to: Math.min(clock.now, (incident.resolvedAt ?? clock.now) + HOUR / 2),
  }
  const [promises, course, verdicts, records, sent] = await Promise.all([
    standings(
      db,
      plan,
      plan.slos.filter(({ name }) => incident.slos.includes(name)),
    ),
    incident.event === null ? [] : eventCourse(db, incident.event, 'minute', seen),
    verdictCourse(db, incident.slos[0] ?? '', seen),
    badRecordsOf(db, plan, incident, clock.now),
    deliveriesOf(db, id),
  ])
  const first = promises.find(({ slo }) => slo.name === incident.slos[0])
  const about = incident.event ?? ''
  const owner =
    (plan.events.get(about) ?? plan.tables.get(about))?.owner ?? plan.domains.get(incident.domain)?.owner.team
  const gone = first === undefined ? null : goneIn(first)
  const budget = first === undefined ? null : budgetSentence(first)
  const toDo = runbook(incident, first)
  const ended = incident.resolvedAt
  const body = html`${part(
    'now',
    null,
    html`<h1>${incidentSentence(incident, plan, clock)}.</h1><p class="cols">${severityMark(incident.severity)}${
      ended === null
        ? mark(incident.severity === 'page' ? 'bad' : 'warn', `open for ${span(clock.now - incident.openedAt)}`)
        : mark('met', `resolved after ${span(ended - incident.openedAt)}`)
    }${incident.noData && mark('hollow', 'no data while open')}${budget !== null && html`<span>${budget}${gone !== null && `, all of it in ${gone} at this rate`}</span>`}</p><dl><dt>Domain</dt><dd>${incident.domain}, owner ${owner ?? 'unknown'}</dd>${
      incident.event !== null && subjects(incident)
    }${incident.regressionOf !== null && html`<dt>Again</dt><dd><a href="/incidents/${incident.regressionOf}">resolved within 7 days before</a></dd>`}${
      toDo !== null && html`<dt>What to do</dt><dd>${toDo}</dd>`
    }<dt>Data</dt><dd><a href="/api/v1/incidents/${incident.id}">API</a></dd></dl>`,
  )}${part(
    'why',
    'Why',
    html`${incident.cause !== null && causeBars(incident.cause)}<ul>${(
      incident.explanation.length > 0 ? incident.explanation : ['Not explained yet.']
    ).map((words) => html`<li>${prose(words)}</li>`)}</ul>`,
  )}${first !== undefined && incident.event !== null && part('course', 'Course', sliCourse(incident, first.slo, course, seen, clock))}${part(
    'timeline',
    'Time line',
    timeline(incident, clock),
  )}${part('evidence', 'First bad records, redacted', evidence(records, clock))}${
    incident.affected.length > 0 &&
    part(
      'affected',
      'What it hurts',
      html`<ul>${incident.affected.map(({ kind, name }) => html`<li>${kind} ${name}</li>`)}</ul>`,
    )
  }${part('slos', 'SLOs, now', html`<ul>${promises.map(sloLine)}</ul>${first !== undefined && budgetCourse(first.slo, verdicts, seen, clock)}`)}${part(
    'sent',
    'What was sent',
    deliveries(sent, clock),
  )}`
  return layout({
    title: `${subjectOf(incident) ?? 'Assay'}: ${incident.severity} · Assay`,
    environment: plan.environment,
    clock,
    body,
  })
}

/** What the incident is of, each with a link. */
function subjects(incident: Incident) {
  const names = eventsOf(incident)
  const subject = incident.subject ?? 'event'
  const more = names.length - MOST_NAMED
  const label = subject === 'table' ? 'Table' : names.length === 1 ? 'Event' : 'Events'
  return html`<dt>${label}</dt><dd>${names
    .slice(0, MOST_NAMED)
    .map((event, index) => html`${index > 0 && ', '}<a href="${subjectPath({ event, subject })}">${event}</a>`)}${
    more > 0 && ` and ${more} more`
  }</dd>`
}
