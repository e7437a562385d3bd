import type { Incident } from '../../../model/incident.ts'
import type { DeliveryRow, Evidence } from '../../../store/read/evidence.ts'
import { payload } from '../event/parts.ts'
import { html, type Html } from '../html.ts'
import { wide } from '../layout.ts'
import { type Mark, mark } from '../marks.ts'
import type { Clock } from '../words.ts'

/** What happened, one line each, oldest first. */
export function timeline({ timeline: entries, openedAt, startedAt, resolvedAt }: Incident, clock: Clock): Html {
  const lines =
    entries.length > 0
      ? entries
      : [
          { at: startedAt, what: 'started', text: 'first bad minute' },
          { at: openedAt, what: 'opened', text: 'a burn rate was over its threshold' },
          ...(resolvedAt === null
            ? []
            : [{ at: resolvedAt, what: 'resolved', text: 'every burn rate below its threshold' }]),
        ]
  return html`<ul>${lines.map(({ at, what, text }) => html`<li>${clock.mark(at)} <em>${what}</em> ${text}</li>`)}</ul>`
}

/** Bad records with what is wrong in them and where they stand. */
export function evidence(records: readonly Evidence[], clock: Clock): Html {
  if (records.length === 0)
    return html`<p class="muted">None kept: what is bad here isn't in single records, or quarantine no longer holds them.</p>`
  return html`${records.map(
    ({ source, position, arrivedAt, reason, violations, payload: text }, index) =>
      html`<details id="record-${index}"${index === 0 && html` open`}><summary>${
        arrivedAt !== null && clock.mark(arrivedAt)
      } ${source} ${position}: ${violations.length === 0 ? reason : violations.slice(0, 3).map(({ path, message }) => html`<mark>${path}</mark> ${message}; `)}</summary>${
        violations.length > 0 &&
        html`<ul>${violations.map(({ path, keyword, message }) => html`<li><mark>${path}</mark> ${message} <span class="muted">${keyword}</span></li>`)}</ul>`
      }${payload(text)}</details>`,
  )}`
}

const STATES: Readonly<Record<string, Mark>> = {
  sent: 'met',
  rejected: 'bad',
  disabled: 'hollow',
  superseded: 'hollow',
}

/** What was written for receivers, and what they answered. */
export function deliveries(rows: readonly DeliveryRow[], clock: Clock): Html {
  if (rows.length === 0) return html`<p class="muted">Nothing: no route matched, or it was silenced.</p>`
  return wide(
    'What was sent',
    html`<table><thead><tr><th>Written</th><th>Receiver</th><th>Action</th><th>State</th><th class="right">Attempts</th><th>Sent</th><th>Answer</th></tr></thead><tbody>${rows.map(
      ({ at, receiver, action, state, attempts, answer, sentAt }) =>
        html`<tr><td class="nowrap">${clock.mark(at)}</td><td>${receiver}</td><td>${action}</td><td>${mark(
          STATES[state] ?? 'warn',
          state,
        )}</td><td class="right">${attempts}</td><td class="nowrap">${sentAt === null ? '–' : clock.mark(sentAt)}</td><td>${answer}</td></tr>`,
    )}</tbody></table>`,
  )
}
