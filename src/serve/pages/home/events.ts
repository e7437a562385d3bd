import { html, type Html } from '../html.ts'
import { wide } from '../layout.ts'
import { type Clock, count, percent, span } from '../words.ts'
import { eventPath } from './domains.ts'
import type { EventLine } from '../event-lines.ts'

/** Events as they arrive: last minutes, the day, the newest record, who sends them. */
export function eventsTable(lines: readonly EventLine[], clock: Clock): Html {
  return wide(
    'Events',
    html`<table><thead><tr><th>Event</th><th>Domain</th><th class="right">Last 15 min</th><th class="right">24 h</th><th class="right">Invalid</th><th>Last arrival</th><th>Versions</th></tr></thead><tbody>${lines.map(
      (line) =>
        html`<tr><th scope="row" class="name"><a href="${eventPath(line.name)}">${line.name}</a></th><td>${line.domain}</td><td class="right">${count(
          line.lastMinutes,
        )}</td><td class="right">${count(line.received)}</td><td class="right">${
          line.received > 0 && line.invalid > 0 ? percent(line.invalid / line.received) : '0'
        }</td><td class="nowrap">${arrival(line, clock)}</td><td class="muted nowrap">${versions(line)}</td></tr>`,
    )}</tbody></table>`,
  )
}

function arrival({ lastArrival }: EventLine, clock: Clock): Html | string {
  if (lastArrival === null) return 'never'
  return html`${clock.mark(lastArrival)} <span class="muted">${span(Math.max(0, clock.now - lastArrival))} ago</span>`
}

/** The three senders that send most, with their share. */
function versions({ versions: all }: EventLine): string {
  const total = all.reduce((sum, { received }) => sum + received, 0)
  const named = all.slice(0, 3).map(({ platform, appVersion, received }) => {
    const name = [platform, appVersion].filter((part) => part !== null).join(' ')
    return `${name === '' ? 'unknown' : name} ${Math.round((received / total) * 100)} %`
  })
  return `${named.join(', ')}${all.length > 3 ? `, ${all.length - 3} more` : ''}`
}
