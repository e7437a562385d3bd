import { localTime } from '../../../alert/figures.ts'
import { monthTitle } from '../../../report/scorecard/month.ts'
import { scorecardFor } from '../../scorecard.ts'
import type { ServeDeps } from '../../deps.ts'
import { html } from '../html.ts'
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
    html`${scorecardBody(document, (at) => localTime(at, document.timezone))}<p class="print-no"><a href="/api/v1/scorecards/${document.month}">Data (API)</a></p>`,
  )}`
  return layout({
    title: `${monthTitle(document.month)}: trust scorecard · Assay`,
    environment: document.environment,
    clock,
    body,
  })
}
