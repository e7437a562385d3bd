import type { Request } from 'express'
import { MINUTE } from '../../../model/time.ts'
import { lastArrivals, liveCounts } from '../../../store/read/arrivals.ts'
import { hourCounts } from '../../../store/read/counts.ts'
import { dayUntil } from '../../../store/read/spans.ts'
import type { ServeDeps } from '../../deps.ts'
import { eventsTable } from '../home/events.ts'
import { eventLines, withVersions } from '../event-lines.ts'
import { html } from '../html.ts'
import { layout, part } from '../layout.ts'
import { clockIn, count } from '../words.ts'

const PAGE = 100

/** Every event that has arrived, the liveliest first, a hundred a page. */
export async function eventsPage({ db, plan, now }: ServeDeps, request: Request): Promise<string> {
  const day = dayUntil(now())
  const [hours, live, arrivals] = await Promise.all([
    hourCounts(db, day),
    liveCounts(db, now() - 15 * MINUTE),
    lastArrivals(db),
  ])
  const lines = eventLines(plan(), hours, live, arrivals)
  const pages = Math.max(1, Math.ceil(lines.length / PAGE))
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(request.query['page'])) || 1))
  const shown = lines.slice((page - 1) * PAGE, page * PAGE)
  const clock = clockIn(plan().timezone, now())
  const silent = plan().events.size - lines.length
  const body = html`${part(
    'events',
    null,
    html`<h1>${count(lines.length)} events arrive under a contract${silent > 0 && `; ${count(silent)} with a contract never have`}.</h1>${eventsTable(
      await withVersions(db, shown, day),
      clock,
    )}<p class="cols">${page > 1 && html`<a href="/events?page=${page - 1}">Livelier</a>`}<span class="muted">Page ${page} of ${pages}</span>${
      page < pages && html`<a href="/events?page=${page + 1}">Quieter</a>`
    }</p>`,
  )}`
  return layout({ title: 'Events · Assay', environment: plan().environment, clock, body })
}
