import type { ServeDeps } from '../../deps.ts'
import { html } from '../html.ts'
import { layout, part } from '../layout.ts'
import { overviewSentence } from '../sentence.ts'
import { count, counted } from '../words.ts'
import { domainsTable } from './domains.ts'
import { eventsTable } from './events.ts'
import { openIncidents, resolvedIncidents } from './incidents.ts'
import { readHome, SHOWN } from './read.ts'
import { firstSteps } from './start.ts'
import { banners, strip } from './strip.ts'
import { tablesTable } from './tables.ts'
import { neverSeen, unplannedEvents } from './unplanned.ts'

/** Home: is anything wrong, and whose is it? `base` is the address that events can be sent to. */
export async function homePage(deps: ServeDeps, base: string): Promise<string> {
  const home = await readHome(deps, base)
  const { plan, clock, events } = home
  const hasArrivals = events.length > 0 || home.unplanned.length > 0 || home.undecodable > 0 || home.tables.length > 0
  const never = home.standings.some(({ verdict }) => verdict.reason === 'never_seen')
  const sentence = overviewSentence({ plan, clock, open: home.open, standings: home.standings, hasArrivals })
  const unlisted = events.length - SHOWN.events
  const body = html`${part('now', null, html`<h1>${sentence}</h1>${strip(home)}${banners(home)}`)}${part(
    'open',
    'Open incidents',
    home.open.length === 0 ? html`<p class="muted">None.</p>` : openIncidents(home),
  )}${!hasArrivals && part('start', 'Send the first event', firstSteps(home))}${
    plan.domains.size > 0 && part('domains', 'Domains', domainsTable(home))
  }${part(
    'events',
    'Events',
    html`${events.length === 0 ? html`<p class="muted">No event with a contract has arrived.</p>` : eventsTable(events.slice(0, SHOWN.events), clock)}${
      unlisted > 0 && html`<p><a href="/events">All ${count(events.length)} events</a></p>`
    }${home.undecodable > 0 && html`<p>${counted(home.undecodable, 'record')} of the last 24 h could not be read as an event at all: <a href="/api/v1/events">reasons (API)</a>.</p>`}`,
  )}${home.tables.length > 0 && part('tables', 'Tables', tablesTable(home.tables, clock))}${part(
    'unplanned',
    'Events without a contract',
    home.unplanned.length === 0 ? html`<p class="muted">None in 24 h.</p>` : unplannedEvents(home),
  )}${part('never', 'Never seen', never ? neverSeen(home) : html`<p class="muted">Every SLO's event has arrived.</p>`)}${part(
    'resolved',
    'Last resolved',
    home.resolved.length === 0 ? html`<p class="muted">None.</p>` : resolvedIncidents(home),
  )}${hasArrivals && part('start', null, html`<details id="send"><summary>Send your own events</summary>${firstSteps(home)}</details>`)}`
  const title = home.open.length === 0 ? 'Assay' : `(${home.open.length}) Assay`
  return layout({ title, environment: plan.environment, clock, body })
}
