import type { Cause, Incident } from '../../../model/incident.ts'
import { INGEST_BEHIND_RUNBOOK } from '../../../alert/labels.ts'
import type { Standing } from '../../standing.ts'
import { shareBar } from '../charts.ts'
import { html, type Html } from '../html.ts'
import { mark, severityMark } from '../marks.ts'
import { budgetSentence, goneIn, incidentSentence } from '../sentence.ts'
import { percent, prose, span } from '../words.ts'
import { type Home, SHOWN } from './read.ts'

/** Open incidents as cards, the worst first; beyond a handful one line each. */
export function openIncidents(home: Home): Html {
  const sorted = home.open
  const rest = sorted.slice(SHOWN.cards, SHOWN.incidents)
  const unlisted = sorted.length - SHOWN.cards - rest.length
  return html`<div class="cards">${sorted.slice(0, SHOWN.cards).map((incident) => card(incident, home))}</div>${
    rest.length > 0 &&
    html`<details id="more-incidents"><summary>${rest.length + Math.max(0, unlisted)} more open incidents</summary><ul>${rest.map(
      (incident) => line(incident, home),
    )}</ul>${unlisted > 0 && html`<p><a href="/api/v1/incidents">All open incidents (API)</a></p>`}</details>`
  }`
}

function card(incident: Incident, home: Home): Html {
  const { plan, clock } = home
  const first = home.standings.find(({ slo }) => slo.name === incident.slos[0])
  const owner =
    (plan.events.get(incident.event ?? '') ?? plan.tables.get(incident.event ?? ''))?.owner ??
    plan.domains.get(incident.domain)?.owner.team ??
    'no owner'
  const whose = owner === incident.domain ? owner : `${incident.domain}, ${owner}`
  const budget = first === undefined ? null : budgetSentence(first)
  const gone = first === undefined ? null : goneIn(first)
  return html`<article class="card"><h3>${severityMark(incident.severity)} · <a href="/incidents/${incident.id}">${incidentSentence(
    incident,
    plan,
    clock,
  )}</a></h3>${incident.cause === null ? firstWords(incident) : causeBars(incident.cause)}<p class="muted">For ${span(
    clock.now - incident.startedAt,
  )}${budget !== null && ` · ${budget}${gone === null ? '' : `, all of it in ${gone} at this rate`}`} · ${whose}${incident.noData && html` · ${mark('hollow', 'no data since')}`}${
    incident.regressionOf !== null && html` · again: <a href="/incidents/${incident.regressionOf}">the one before</a>`
  }</p><p class="cols"><a href="/incidents/${incident.id}">Why</a>${runbook(incident, first)}</p></article>`
}

function firstWords({ explanation }: Incident): Html | null {
  return explanation[0] === undefined ? null : html`<p>${prose(explanation[0])}</p>`
}

/** Where the bad records come from, beside how much of everything that is. */
export function causeBars({ dimension, value, shareOfBad, shareOfAll }: Cause): Html {
  return html`<p>${causeWords(dimension, value)}</p><div class="bars"><span>of the bad</span><span class="right">${percent(
    shareOfBad,
  )}</span>${shareBar(shareOfBad, 'bad')}<span>of all</span><span class="right">${percent(shareOfAll)}</span>${shareBar(
    shareOfAll,
    'all',
  )}</div>`
}

/** `android 4.3.0` for `platform+app_version`, `library analytics-ios` otherwise. */
function causeWords(dimension: string, value: string): string {
  if (dimension === 'platform+app_version') return value.replace('+', ' ')
  if (dimension === 'platform') return value
  return `${dimension.replace('app_version', 'app version')} ${value}`
}

/** The runbook of its first SLO, or of Assay itself: a file beside the routes, or a page of the team's own. */
export function runbook({ event }: Incident, first: Standing | undefined): Html | null {
  const path = first?.slo.runbook ?? (event === null ? INGEST_BEHIND_RUNBOOK : '')
  if (path === '') return null
  if (/^https?:\/\//.test(path)) return html`<a href="${path}" rel="noreferrer">Runbook</a>`
  return html`<a href="/${path}">Runbook</a>`
}

function line(incident: Incident, { plan, clock }: Home): Html {
  return html`<li>${severityMark(incident.severity)} <a href="/incidents/${incident.id}">${incident.domain}: ${incidentSentence(incident, plan, clock)}</a></li>`
}

/** The last incidents that are over, one line each. */
export function resolvedIncidents({ resolved, plan, clock }: Home): Html {
  return html`<ul>${resolved.map(
    (incident) =>
      html`<li><a href="/incidents/${incident.id}">${incident.domain}: ${incidentSentence(incident, plan, clock)}</a> <span class="muted">${
        incident.severity
      }, ${incident.cause === null ? 'no cause stood out' : causeWords(incident.cause.dimension, incident.cause.value)}, resolved ${clock.mark(
        incident.resolvedAt ?? incident.openedAt,
      )}${incident.resolution !== null && incident.resolution !== 'recovered' && ` (${incident.resolution.replace('_', ' ')})`}</span></li>`,
  )}</ul>`
}
