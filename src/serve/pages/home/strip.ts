import type { SourceStatus } from '../../status.ts'
import { behind } from '../../status.ts'
import { html, type Html } from '../html.ts'
import { type Mark, mark, shape } from '../marks.ts'
import { count, span } from '../words.ts'
import type { Home } from './read.ts'

const SOURCE_MARK: Readonly<Record<SourceStatus['state'], Mark>> = {
  starting: 'hollow',
  running: 'met',
  waiting: 'met',
  complete: 'met',
  failing: 'bad',
  disabled: 'hollow',
}

/** A minute is judged once it is over and everything before its end has been counted: later than this is late. */
const LATE_MS = 3 * 60_000
/** Behind by more than this, a source's delay is worth amber. */
const SLOW_MS = 5 * 60_000

/** Environment, how far everything has been judged, sources with their state, open incidents by severity. */
export function strip({ plan, status, clock, open }: Home): Html {
  const until = status.judgedUntil
  const severities = (['page', 'ticket', 'info'] as const)
    .map((severity) => ({ severity, open: open.filter((incident) => incident.severity === severity).length }))
    .filter((row) => row.open > 0)
  return html`<div class="strip"><span>${plan.environment}</span><span>${
    until === null
      ? 'Nothing judged yet'
      : html`Judged up to ${clock.mark(until)} <span class="muted">${clock.zone}${
          clock.now - until > LATE_MS && `, ${span(clock.now - until)} behind`
        }</span>`
  }</span>${status.sources.map((source) => sourceState(source, clock.now))}<span>${
    severities.length === 0
      ? mark('met', 'no open incident')
      : severities.map((row, index) => [
          index > 0 && ', ',
          mark(
            row.severity === 'page' ? 'bad' : row.severity === 'ticket' ? 'warn' : 'hollow',
            `${count(row.open)} ${row.severity}`,
          ),
        ])
  }</span></div>`
}

function sourceState(source: SourceStatus, now: number): Html {
  const delay = behind(source, now)
  const isSlow = delay !== null && delay > SLOW_MS
  const kind = isSlow && SOURCE_MARK[source.state] === 'met' ? 'warn' : SOURCE_MARK[source.state]
  const word = source.state === 'complete' ? 'read to its end' : source.state
  return html`<span>${shape(kind, word)} ${source.id} <span class="muted">${word}${
    delay !== null && `, ${span(delay)} behind`
  }</span></span>`
}

/** What isn't as it should be with Assay itself: said plainly, above everything else. */
export function banners({ status, clock }: Home): Html {
  const { lastReload } = status
  const receivers = status.receivers.filter(({ disabled }) => disabled !== null)
  const sources = status.sources.filter(({ state }) => state === 'disabled' || state === 'failing')
  const noted = status.sources.filter(({ state, detail }) => state === 'running' && detail !== '')
  return html`${
    lastReload !== null &&
    !lastReload.ok &&
    html`<div class="banner"><p>${mark('bad', 'Configuration not taken over')}: the change read at ${clock.mark(
      lastReload.at,
    )} has ${lastReload.problems.length === 1 ? 'a problem' : 'problems'}; what was valid before stays in force.</p>
<pre tabindex="0">${lastReload.problems.slice(0, 20).join('\n')}</pre></div>`
  }${sources.map(
    ({ id, state, detail }) =>
      html`<div class="banner${state === 'disabled' && ' quiet'}">${mark(
        state === 'failing' ? 'bad' : 'hollow',
        `Source ${id} is ${state}`,
      )}${detail !== '' && `: ${detail}`}</div>`,
  )}${noted.map(
    ({ id, detail }) => html`<div class="banner quiet">${mark('warn', `Source ${id}`)}: ${detail}</div>`,
  )}${receivers.map(
    ({ name, type, disabled }) =>
      html`<div class="banner quiet">${mark(
        'hollow',
        `Receiver ${name} (${type}) is disabled`,
      )}: ${disabled}. What it would have sent is kept and shown with each incident.</div>`,
  )}${
    status.notReady.length > 0 &&
    html`<div class="banner quiet">${mark('warn', 'Not ready yet')}: ${status.notReady.join('; ')}.</div>`
  }`
}
