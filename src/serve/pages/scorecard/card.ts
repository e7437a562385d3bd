import { objectivePercent } from '../../../alert/figures.ts'
import { SLI_KINDS } from '../../../model/sli.ts'
import type { DomainDocument, ScorecardDocument, SloDocument } from '../../../report/scorecard/document.ts'
import { monthTitle } from '../../../report/scorecard/month.ts'
import { leastTrustedFirst, worstFirst } from '../../../report/scorecard/order.ts'
import { type ScorecardRow, scorecardRow } from '../../../report/scorecard/row.ts'
import {
  attainmentText,
  budgetText,
  costText,
  differenceText,
  leadSentence,
  outcomeText,
  remarks,
  scoreText,
  stateText,
  worstBudgetText,
} from '../../../report/scorecard/words.ts'
import { ratioChart } from '../charts.ts'
import { html, type Html } from '../html.ts'
import { wide } from '../layout.ts'
import { type Mark, mark } from '../marks.ts'
import { counted, FORMULAS } from '../words.ts'

/** So many domains fit on a printed page; the rest are in a list that opens. */
const DOMAINS_SHOWN = 12
/** SLOs that a page lists, over all domains: it stays below 100 kB. */
const SLOS_SHOWN = 160

/** A month's scorecard in one body: the sentence, a row a domain, what cost most, what wasn't seen, how the score is made. */
export function scorecardBody(card: ScorecardDocument, local: (at: number) => string): Html {
  const domains = leastTrustedFirst(card.domains)
  const shown = domains.slice(0, DOMAINS_SHOWN)
  const more = domains.slice(DOMAINS_SHOWN)
  const said = remarks(card)
  return html`<div class="scorecard"><h1>${leadSentence(card)}</h1>
<p class="cols"><span class="score"><b>${scoreText(card.score)}</b> ${card.score !== null && html`<span class="muted">of 100</span>`}</span><span>${
    card.change === null
      ? 'no month before to compare with'
      : html`${differenceText(card.change)} against ${monthTitle(card.change.month)} (${scoreText(card.change.score)})`
  }</span><span>${mark(card.state === 'frozen' ? 'met' : 'hollow', stateText(card, local))}</span><span class="muted">${card.environment}, plan ${card.plan.slice(0, 12)}</span></p>
<h2 id="promises-title">Promises</h2>${wide('Promises by domain', promisesTable(shown, card))}
<h2 id="care-title">Incidents and coverage</h2>${wide('Incidents and coverage by domain', careTable(shown, card))}${
    more.length > 0 &&
    html`<details id="more-domains"><summary>${counted(more.length, 'more domain')}, trusted more than these</summary><ul>${more.map(
      ({ domain, owner, score }) =>
        html`<li>${domain} <span class="muted">${owner ?? 'nobody'}</span> ${scoreText(score)}</li>`,
    )}</ul></details>`
  }${
    card.costliest.length > 0 &&
    html`<h2>What cost most budget</h2><ul>${card.costliest.map(
      (cost) =>
        html`<li>${mark('bad', '')}${cost.incident === null ? costText(cost) : html`<a href="/incidents/${cost.incident}">${costText(cost)}</a>`}</li>`,
    )}</ul>`
  }${said.length > 0 && html`<h2>What else there is to know</h2><ul>${said.map((text) => html`<li>${text}</li>`)}</ul>`}
<div class="slos"><h2>SLOs</h2>${sloLists(domains)}</div>
<h2>How the trust score is worked out <span class="muted">${card.formula.version}</span></h2><ol class="formula muted">${card.formula.text.map(
    (text) => html`<li>${text}</li>`,
  )}</ol></div>`
}

function promisesTable(domains: readonly DomainDocument[], card: ScorecardDocument): Html {
  const kinds = SLI_KINDS.filter((kind) => card.domains.some(({ slos }) => slos.some((slo) => slo.kind === kind)))
  return html`<table><thead><tr><th>Domain, owner</th><th class="right">Trust</th>${kinds.map(
    (kind) => html`<th title="${FORMULAS[kind]}">${kind}</th>`,
  )}<th>Budget, worst SLO</th></tr></thead><tbody>${domains.map(
    (domain) =>
      html`<tr><th scope="row" class="name">${domain.domain}<small>${domain.owner ?? 'nobody'}</small></th><td class="right"><b>${scoreText(domain.score)}</b><small>${domain.change !== null && differenceText(domain.change)}</small></td>${kinds.map(
        (kind) => cell(domain.slos.filter((slo) => slo.kind === kind)),
      )}<td class="nowrap">${worstBudgetText(domain)}</td></tr>`,
  )}</tbody></table>`
}

/** The worst SLO of a kind: what it attained, with its interval, against its objective. */
function cell(slos: readonly SloDocument[]): Html {
  const worst = worstFirst(slos)[0]
  if (worst === undefined) return html`<td class="muted">–</td>`
  const words = `${slos.length > 1 ? `Worst of ${slos.length}: ` : ''}${worst.slo}, ${attainmentText(worst)}, objective ${objectivePercent(worst.objective)}`
  const { kind, word } = stateOf(worst)
  const value = worst.ratio === null ? word : (attainmentText(worst).split(' of ')[0] ?? '')
  return html`<td class="cell" title="${words}">${mark(kind, value)}${worst.ratio !== null && ratioChart({ ...worst, budgetRemaining: worst.budget_remaining })}<small>${worst.ratio !== null && kind !== 'met' && html`${word}, `}goal ${objectivePercent(worst.objective)}</small></td>`
}

/** What the table of incidents and coverage says of each domain, in order. */
const CARE: readonly (readonly [head: string, of: keyof ScorecardRow])[] = [
  ['Opened', 'opened'],
  ['Resolved', 'resolved'],
  ['Regressions', 'regressions'],
  ['Median', 'median'],
  ['Resolved in 24 h', 'inADay'],
  ['Events seen', 'seen'],
  ['Without owner', 'withoutOwner'],
  ['Unobserved', 'unobserved'],
]

function careTable(domains: readonly DomainDocument[], card: ScorecardDocument): Html {
  const line = (name: string, row: ScorecardRow): Html =>
    html`<tr><th scope="row" class="name">${name}</th>${CARE.map(([, of]) => html`<td class="right">${row[of]}</td>`)}</tr>`
  return html`<table class="care"><thead><tr><th>Domain</th>${CARE.map(([head]) => html`<th class="right">${head}</th>`)}</tr></thead><tbody>${domains.map(
    (domain) => line(domain.domain, scorecardRow(domain)),
  )}${line('all', scorecardRow(card))}</tbody></table>`
}

/** Every domain's SLOs, the worst first; on paper they stay folded. */
function sloLists(domains: readonly DomainDocument[]): Html {
  const each = Math.max(3, Math.floor(SLOS_SHOWN / Math.max(1, domains.length)))
  return html`${domains.map(({ domain, slos }) => {
    const shown = worstFirst(slos).slice(0, each)
    return html`<details id="slos-${domain}"><summary>${domain}: ${counted(slos.length, 'SLO')}, worst first</summary><ul>${shown.map(
      (slo) => {
        const { kind, word } = stateOf(slo)
        return html`<li>${mark(kind, word)} <b>${slo.slo}</b> <span class="muted">${attainmentText(slo)}, objective ${objectivePercent(slo.objective)}, ${budgetText(slo.budget_spent)}${!slo.in_force && ', taken out during the month'}</span></li>`
      },
    )}${slos.length > shown.length && html`<li class="muted">and ${slos.length - shown.length} more in the JSON form</li>`}</ul></details>`
  })}`
}

const REASONS: Readonly<Partial<Record<NonNullable<SloDocument['reason']>, string>>> = {
  learning: 'learning',
  no_data: 'no data',
  too_few_records: 'too few records',
  interval_spans_objective: 'undecided',
}

function stateOf({ outcome, reason }: SloDocument): { readonly kind: Mark; readonly word: string } {
  const word = outcomeText(outcome)
  if (outcome === 'met' || outcome === 'violated') return { kind: outcome === 'met' ? 'met' : 'bad', word }
  return { kind: 'hollow', word: (reason === null ? undefined : REASONS[reason]) ?? word }
}
