import { localTime } from '../../../alert/figures.ts'
import { monthAfter, monthAt, monthBefore, monthTitle, readMonth } from '../../../report/scorecard/month.ts'
import { scorecardFor } from '../../scorecard.ts'
import type { ScorecardDocument } from '../../../report/scorecard/document.ts'
import type { Instant } from '../../../model/time.ts'
import type { ServeDeps } from '../../deps.ts'
import { html, type Html } from '../html.ts'
import { layout, part } from '../layout.ts'
import { clockIn } from '../words.ts'
import { scorecardBody } from './card.ts'

/** A month in one page: can we trust the data? Made for someone who reads one page a month, on paper. */
export async function scorecardPage(deps: ServeDeps, month: string): Promise<string> {
  const { document } = await scorecardFor(deps, month)
  const clock = clockIn(document.timezone, deps.now())
  const body = html`${part(
    'card',
    null,
    html`${scorecardBody(document, (at) => localTime(at, document.timezone))}<p class="cols print-no">${neighbours(document, clock.now)}<a href="/api/v1/scorecards/${document.month}">Data (API)</a></p>`,
  )}`
  return layout({
    title: `${monthTitle(document.month)}: trust scorecard · Assay`,
    environment: document.environment,
    clock,
    body,
  })
}

/** Last month's name, or this one's while nothing is known of the last. */
export async function newestScorecard({ plan, now, scorecard }: ServeDeps): Promise<string> {
  const current = monthAt(now(), plan().timezone)
  const last = monthBefore(current)
  return (await scorecard(last.name)) === null ? current.name : last.name
}

/** Links to the months beside it: the one before where something is known of it, the one after where it has begun. */
function neighbours({ change, month: name, timezone }: ScorecardDocument, now: Instant): Html[] {
  const month = readMonth(name, timezone)
  if (month === null) return []
  const after = monthAfter(month)
  const names = [...(change === null ? [] : [change.month]), ...(after.from <= now ? [after.name] : [])]
  return names.map((beside) => html`<a href="/scorecards/${beside}">${monthTitle(beside)}</a>`)
}
