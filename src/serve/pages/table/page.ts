import type { TablePlan } from '../../../plan/table-plan.ts'
import { pointerTo } from '../../../observe/check/fill.ts'
import { listIncidents } from '../../../store/read/incidents.ts'
import { type FindingCount, findingsOf } from '../../../store/read/samples.ts'
import { dayUntil } from '../../../store/read/spans.ts'
import { findTable } from '../../api/tables.ts'
import type { ServeDeps } from '../../deps.ts'
import { notFound } from '../../problems.ts'
import { standings } from '../../standing.ts'
import { notReadWords, tableLines } from '../../tables.ts'
import { sloLine, worstFirst } from '../home/domains.ts'
import { html, type Html } from '../html.ts'
import { volumePart } from '../volume-part.ts'
import { layout, part, wide } from '../layout.ts'
import { severityMark } from '../marks.ts'
import { incidentSentence } from '../sentence.ts'
import { capitalised, clockIn, count, percent, span } from '../words.ts'

/** One table: what arrives, and does it match the contract? */
export async function tablePage(deps: ServeDeps, asked: string): Promise<string> {
  const { db } = deps
  const plan = deps.plan()
  const clock = clockIn(plan.timezone, deps.now())
  const day = dayUntil(clock.now)
  const table = findTable(plan.tables, asked)
  const line = (await tableLines(db, plan, day)).find((one) => one.table === table)
  if (table === null || line === undefined) throw notFound('table', asked)
  const { name } = table
  const [findings, open, promises, course] = await Promise.all([
    findingsOf(db, name, day, 2_000, 'table'),
    listIncidents(db, { state: 'open', event: name, limit: 20 }),
    standings(
      db,
      plan,
      plan.slos.filter((slo) => slo.event === name),
    ),
    volumePart(db, plan, name, 'Rows', clock),
  ])
  const rows = line.counts?.received ?? 0
  const invalid = line.counts?.invalid ?? 0
  const words = notReadWords(line)
  const body = html`${part(
    'now',
    null,
    html`<h1><em>${name}</em> ${
      line.countedUntil === null
        ? 'has never been read.'
        : html`has been counted until ${clock.mark(line.countedUntil)}, ${span(Math.max(0, clock.now - line.countedUntil))} ago; ${count(rows)} rows in 24 h, ${
            invalid === 0 ? 'all of them as the contract says' : `${count(invalid)} of them invalid`
          }.`
    }</h1>${words !== null && html`<div class="banner">${capitalised(words)}</div>`}${table.description !== '' && html`<p>${table.description}</p>`}<dl><dt>Owner</dt><dd>${table.owner}</dd><dt>Domain</dt><dd>${table.domain}, ${table.tier}</dd><dt>Status</dt><dd>${table.status}</dd><dt>Warehouse</dt><dd>${table.warehouse.id}</dd><dt>Arrival</dt><dd><code>${table.arrivedAt}</code></dd></dl>`,
  )}${
    open.length > 0 &&
    part(
      'open',
      'Open incidents',
      html`<ul>${open.map((incident) => html`<li>${severityMark(incident.severity)} <a href="/incidents/${incident.id}">${incidentSentence(incident, plan, clock)}</a></li>`)}</ul>`,
    )
  }${part('slos', 'SLOs', promises.length === 0 ? html`<p class="muted">None.</p>` : html`<ul>${promises.sort(worstFirst).map(sloLine)}</ul>`)}${part(
    'volume',
    'Rows an hour, 48 h',
    course,
  )}${part('columns', 'Columns, 24 h', columnsTable(table, findings, rows))}`
  return layout({ title: `${name} · Assay`, environment: plan.environment, clock, body })
}

function columnsTable(table: TablePlan, findings: readonly FindingCount[], rows: number): Html {
  if (table.columns.length === 0) return html`<p class="muted">The contract names none: only arrivals are counted.</p>`
  return wide(
    'Columns',
    html`<table><thead><tr><th>Column</th><th>Type</th><th class="right">Filled</th><th>Violations</th></tr></thead><tbody>${table.columns.map(
      ({ name, type, required, watched, fill }) => {
        const own = findings.filter(({ path }) => path === pointerTo(name))
        const unfilled = own.find(({ kind }) => kind === 'unfilled')?.count ?? 0
        const isWatched = watched || fill !== null
        const violations = own.filter(({ kind }) => kind === 'violation')
        return html`<tr><th scope="row" class="name">${name}</th><td>${type ?? 'any'}${required && ', required'}</td><td class="right">${
          isWatched && rows > 0 ? percent(1 - unfilled / rows) : '–'
        }${fill !== null && html` <span class="muted">goal ${fill} %</span>`}</td><td>${
          violations.length === 0
            ? html`<span class="muted">none</span>`
            : violations.map(
                ({ message, count: times }, index) =>
                  html`${index > 0 && '; '}${message} <span class="muted">${count(times)}</span>`,
              )
        }</td></tr>`
      },
    )}</tbody></table>`,
  )
}
