import type { EventPlan } from '../../../plan/plan.ts'
import { lastArrivals, unplannedSeen } from '../../../store/read/arrivals.ts'
import { versionCounts } from '../../../store/read/counts.ts'
import { openIncidentsWith } from '../../../store/read/incidents.ts'
import { findingsOf, samplesOf } from '../../../store/read/samples.ts'
import { dayUntil } from '../../../store/read/spans.ts'
import type { ServeDeps } from '../../deps.ts'
import { notFound } from '../../problems.ts'
import { standings } from '../../standing.ts'
import { sloLine, worstFirst } from '../home/domains.ts'
import { contractToCopy } from '../home/unplanned.ts'
import { html, type Html } from '../html.ts'
import { layout, part } from '../layout.ts'
import { severityMark } from '../marks.ts'
import { volumePart } from '../volume-part.ts'
import { incidentSentence } from '../sentence.ts'
import { type Clock, clockIn, count, counted, span } from '../words.ts'
import { contracts, payload, propertiesTable, versionsTable } from './parts.ts'

/** One event: what arrives, and does it match the contract? */
export async function eventPage(deps: ServeDeps, name: string): Promise<string> {
  const plan = deps.plan()
  const clock = clockIn(plan.timezone, deps.now())
  const event = plan.events.get(name)
  const body = event === undefined ? await unplanned(deps, name, clock) : await planned(deps, event, clock)
  return layout({ title: `${name} · Assay`, environment: plan.environment, clock, body })
}

async function planned({ db, plan }: ServeDeps, event: EventPlan, clock: Clock): Promise<Html> {
  const { name } = event
  const day = dayUntil(clock.now)
  const [samples, findings, versions, open, promises, arrivals, course] = await Promise.all([
    samplesOf(db, 'planned', [name]),
    findingsOf(db, name, day, 2_000),
    versionCounts(db, [name], day),
    openIncidentsWith(db, name),
    standings(
      db,
      plan(),
      plan().slos.filter((slo) => slo.event === name),
    ),
    lastArrivals(db),
    volumePart(db, plan(), name, 'Records', clock),
  ])
  const received = versions.reduce((sum, row) => sum + row.received, 0)
  const invalid = versions.reduce((sum, row) => sum + row.invalid, 0)
  const last = arrivals.get(name)
  return html`${part(
    'now',
    null,
    html`<h1><em>${name}</em> ${
      last === undefined
        ? 'has never arrived.'
        : html`last arrived at ${clock.mark(last)}, ${span(Math.max(0, clock.now - last))} ago; ${count(received)} in 24 h, ${invalid === 0 ? 'all of them as the contract says' : `${count(invalid)} of them invalid`}.`
    }</h1>${event.description !== '' && html`<p>${event.description}</p>`}<dl><dt>Owner</dt><dd>${event.owner}</dd><dt>Domain</dt><dd>${event.domain}, ${event.tier}</dd><dt>Status</dt><dd>${event.status}</dd>${
      event.destinations.length > 0 &&
      html`<dt>Goes to</dt><dd>${event.destinations.map(({ kind, name: to }, index) => html`${index > 0 && ', '}${kind} ${to}`)}</dd>`
    }</dl>${event.notes.map((note) => html`<div class="banner quiet">${note}</div>`)}`,
  )}${
    open.length > 0 &&
    part(
      'open',
      'Open incidents',
      html`<ul>${open.map((incident) => html`<li>${severityMark(incident.severity)} <a href="/incidents/${incident.id}">${incidentSentence(incident, plan(), clock)}</a></li>`)}</ul>`,
    )
  }${part('slos', 'SLOs', promises.length === 0 ? html`<p class="muted">None.</p>` : html`<ul>${promises.sort(worstFirst).map(sloLine)}</ul>`)}${part(
    'volume',
    'Records an hour, 48 h',
    course,
  )}${part('properties', 'Properties', propertiesTable(event, samples, findings, received))}${
    findings.some(({ kind }) => kind === 'violation') &&
    part(
      'violations',
      'Violations, 24 h',
      html`<ul>${findings
        .filter(({ kind }) => kind === 'violation')
        .slice(0, 20)
        .map(
          ({ path, message, count: times }) =>
            html`<li><code>${path}</code>: ${message} <span class="muted">${counted(times, 'time')}</span></li>`,
        )}</ul>`,
    )
  }${part('versions', 'Versions, 24 h', versionsTable(versions))}${part('payload', 'Last payload, redacted', payload(samples[0]?.payload ?? null))}${part(
    'invalid',
    'Last invalid payload, redacted',
    payload(samples.find(({ invalidPayload }) => invalidPayload !== null)?.invalidPayload ?? null),
  )}${part('contract', 'Contract', contracts(event))}`
}

async function unplanned({ db, status }: ServeDeps, name: string, clock: Clock): Promise<Html> {
  const [samples, seen] = await Promise.all([samplesOf(db, 'unplanned', [name]), unplannedSeen(db)])
  const times = seen.get(name)
  if (times === undefined) throw notFound('event', name)
  return html`${part(
    'now',
    null,
    html`<h1><em>${name}</em> arrives without a contract: first ${clock.mark(times.first)}, last ${clock.mark(times.last)}.</h1>`,
  )}${part('contract', 'The contract to start with', contractToCopy(name, samples, 'stub-text', status().rulesFolder))}${part(
    'payload',
    'Last payload, redacted',
    payload(samples[0]?.payload ?? null),
  )}`
}
