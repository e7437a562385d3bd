import { notReadWords, type TableLine } from '../../tables.ts'
import { html, type Html } from '../html.ts'
import { wide } from '../layout.ts'
import { mark } from '../marks.ts'
import { type Clock, count, percent, span } from '../words.ts'
import { tablePath } from './domains.ts'

/** Tables that a page shows in full. */
const SHOWN = 25

/** Tables: rows of the day, the newest one, up to when they have been counted, and why not further. */
export function tablesTable(lines: readonly TableLine[], clock: Clock): Html {
  const sorted = lines.toSorted((a, b) => Number(b.trouble !== null) - Number(a.trouble !== null))
  return html`${wide(
    'Tables',
    html`<table><thead><tr><th>Table</th><th>Domain</th><th class="right">24 h</th><th class="right">Invalid</th><th class="right">Unfilled</th><th>Last arrival</th><th>Counted until</th></tr></thead><tbody>${sorted
      .slice(0, SHOWN)
      .map((line) => row(line, clock))}</tbody></table>`,
  )}${lines.length > SHOWN && html`<p><a href="/api/v1/tables">All ${count(lines.length)} tables (API)</a></p>`}`
}

function row(line: TableLine, clock: Clock): Html {
  const { table, counts, countedUntil } = line
  const rows = counts?.received ?? 0
  const share = (bad: number): string => (rows > 0 && bad > 0 ? percent(bad / rows) : '0')
  const words = notReadWords(line)
  return html`<tr><th scope="row" class="name"><a href="${tablePath(table.name)}">${table.name}</a></th><td>${table.domain}</td><td class="right">${count(
    rows,
  )}</td><td class="right">${share(counts?.invalid ?? 0)}</td><td class="right">${share(counts?.incomplete ?? 0)}</td><td class="nowrap">${
    counts === null || counts.lastArrival === 0 ? 'none' : clock.mark(counts.lastArrival)
  }</td><td>${countedUntil === null ? 'never' : html`${clock.mark(countedUntil)} <span class="muted">${span(Math.max(0, clock.now - countedUntil))} ago</span>`}${
    words !== null && html` ${mark('warn', 'not read')} <span class="muted">${words}</span>`
  }</td></tr>`
}
