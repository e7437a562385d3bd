import type { EventSample } from '../../../model/sample.ts'
import { contractStub, stubPath } from '../../../plan/stub.ts'
import { stubBodies } from '../../samples.ts'
import { html, type Html } from '../html.ts'
import { count, counted } from '../words.ts'
import { eventPath, subjectPath } from './domains.ts'
import { type Home, SHOWN, type UnplannedLine } from './read.ts'

/** Names that arrive without a contract: how often, and the contract to start with. */
export function unplannedEvents(home: Home): Html {
  const { unplanned } = home
  const more = unplanned.slice(SHOWN.stubs, SHOWN.unplanned)
  const rest = unplanned.length - SHOWN.stubs - more.length
  return html`<p class="muted">These arrive, are counted, and are judged by nobody. A contract changes that: copy the one below, save it, and Assay reads it by itself.</p>${unplanned
    .slice(0, SHOWN.stubs)
    .map((line, index) => withStub(line, index, home))}${
    more.length > 0 &&
    html`<details id="more-unplanned"><summary>${counted(more.length + Math.max(0, rest), 'more name')}</summary><ul>${more.map(
      (line) =>
        html`<li><a href="${eventPath(line.name)}">${line.name}</a> <span class="muted">${counted(line.received, 'record')}</span></li>`,
    )}</ul>${rest > 0 && html`<p><a href="/api/v1/events">All names (API)</a></p>`}</details>`
  }`
}

function withStub(line: UnplannedLine, index: number, { clock, status }: Home): Html {
  return html`<details id="stub-${index}"${index === 0 && html` open`}><summary><em>${line.name}</em> <span class="muted">${counted(
    line.received,
    'record',
  )} in 24 h, first ${clock.mark(line.first)}, last ${clock.mark(line.last)}; contract to copy</span></summary>${contractToCopy(
    line.name,
    line.samples,
    `stub-text-${index}`,
    status.rulesFolder,
  )}</details>`
}

/** The contract to start with, where to save it, and what happens then. */
export function contractToCopy(event: string, samples: readonly EventSample[], id: string, rulesFolder: string): Html {
  const path = stubPath(event, '<domain>', rulesFolder)
  const stub = contractStub(event, stubBodies(samples), path)
  return html`<p>Save as <code>${path}</code>, in the folder of the domain that owns it. Assay takes it over within seconds; the next record is judged by it. <button type="button" data-copy="${id}">Copy</button></p><pre id="${id}" tabindex="0">${stub}</pre>`
}

/** SLOs whose event has never arrived: a promise about nothing. */
export function neverSeen({ standings }: Home): Html {
  const never = standings.filter(({ verdict }) => verdict.reason === 'never_seen')
  const byEvent = Map.groupBy(never, ({ slo }) => slo.event)
  const shown = [...byEvent].slice(0, 20)
  return html`<ul>${shown.map(
    ([event, of]) =>
      html`<li><a href="${subjectPath({ event, subject: of[0]?.slo.subject ?? 'event' })}">${event}</a> <span class="muted">${of.map(({ slo }) => slo.kind).join(', ')}</span></li>`,
  )}${byEvent.size > shown.length && html`<li class="muted">and ${count(byEvent.size - shown.length)} more</li>`}</ul>`
}
