import { localTime } from '../../../alert/figures.ts'
import type { ScorecardDocument } from '../../../report/scorecard/document.ts'
import { monthTitle } from '../../../report/scorecard/month.ts'
import { html } from '../html.ts'
import { style } from '../style.ts'
import { scorecardBody } from './card.ts'

/** A scorecard as a file that stands alone: to send, to keep, to print. */
export function scorecardFile(card: ScorecardDocument): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${monthTitle(card.month)}: trust scorecard</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><style>${{ markup: style }}</style></head>
<body><main>${scorecardBody(card, (at) => localTime(at, card.timezone))}</main>
<footer>Times in ${card.timezone}. Made by Assay.</footer></body></html>`
  return `${page.markup}\n`
}
