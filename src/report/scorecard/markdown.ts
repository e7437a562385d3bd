import { oneLine } from '../../alert/bounds.ts'
import { localTime, objectivePercent } from '../../alert/figures.ts'
import type { DomainDocument, ScorecardDocument } from './document.ts'
import { worstFirst } from './order.ts'
import { type ScorecardRow, scorecardRow } from './row.ts'
import { attainmentText, budgetText, costText, leadSentence, outcomeText, remarks, stateText } from './words.ts'

/** SLOs that the text names; the rest is in the JSON form. */
const SLOS_SHOWN = 30

/** A scorecard in GitHub's Markdown. Columns are padded, so that it can be read where tables aren't drawn, as in Slack. */
export function scorecardMarkdown(card: ScorecardDocument): string {
  const state = stateText(card, (at) => localTime(at, card.timezone))
  const all = card.domains.flatMap(({ domain, slos }) => slos.map((slo) => ({ ...slo, domain })))
  const domainOf = new Map(all.map(({ slo, domain }) => [slo, domain]))
  const shown = worstFirst(all)
    .slice(0, SLOS_SHOWN)
    .map((slo) => [
      slo.slo,
      domainOf.get(slo.slo) ?? '',
      slo.kind,
      attainmentText(slo),
      objectivePercent(slo.objective),
      outcomeText(slo.outcome),
      budgetText(slo.budget_spent),
    ])
  const lines = [
    `## ${plain(leadSentence(card))}`,
    '',
    `${plain(card.environment)}, ${state}. Times in ${card.timezone}; plan \`${card.plan.slice(0, 12)}\`.`,
    '',
    ...table(
      ['Domain', ...COLUMNS.map(([head]) => head)],
      [...card.domains.map((domain) => [domain.domain, ...cells(domain)]), ['all', ...cells(card)]],
    ),
    ...(card.costliest.length === 0 ? [] : ['', '**What cost most budget**', '']),
    ...card.costliest.map((cost) => `- ${plain(costText(cost))}`),
    '',
    ...remarks(card).map((remark) => `- ${plain(remark)}`),
    '',
    `**SLOs**${all.length > shown.length ? `, the worst ${shown.length} of ${all.length}` : ''}`,
    '',
    ...table(['SLO', 'Domain', 'Kind', 'Attained', 'Objective', 'State', 'Budget'], shown),
    '',
    `**How the trust score is worked out** (${card.formula.version})`,
    '',
    ...card.formula.text.map((text) => `- ${plain(text)}`),
  ]
  return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`
}

/** What a row says, in order. */
const COLUMNS: readonly (readonly [head: string, of: keyof ScorecardRow])[] = [
  ['Owner', 'owner'],
  ['Trust', 'trust'],
  ['Change', 'change'],
  ['SLOs', 'promises'],
  ['Worst budget', 'budget'],
  ['Incidents', 'opened'],
  ['Median', 'median'],
  ['In 24 h', 'inADay'],
  ['Seen', 'seen'],
  ['Unobserved', 'unobserved'],
]

function cells(card: DomainDocument | ScorecardDocument): string[] {
  const row = scorecardRow(card)
  return COLUMNS.map(([, of]) => row[of])
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [heads, ...rows].map((one) => one.map((text) => plain(text)))
  const widths = heads.map((_, index) => Math.max(3, ...cells.map((one) => [...(one[index] ?? '')].length)))
  const line = (one: readonly string[]) => `| ${one.map((text, index) => pad(text, widths[index] ?? 0)).join(' | ')} |`
  return [
    line(cells[0] ?? []),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...cells.slice(1).map(line),
  ]
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length))
}

/** One line in which no name can be taken for markup. */
function plain(text: string): string {
  return oneLine(text, 600).replace(/[\\`*_|<>[\]~]/g, (sign) => `\\${sign}`)
}
