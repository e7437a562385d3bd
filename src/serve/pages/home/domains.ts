import { SLI_KINDS, type SliKind } from '../../../model/sli.ts'
import type { SubjectKind } from '../../../model/subject.ts'
import { HOUR, type Instant } from '../../../model/time.ts'
import type { HourCounts } from '../../../store/read/counts.ts'
import { compareText } from '../../../model/order.ts'
import type { Standing } from '../../standing.ts'
import { ratioChart, sparkline } from '../charts.ts'
import { html, type Html } from '../html.ts'
import { wide } from '../layout.ts'
import { mark, type VerdictState, verdictState } from '../marks.ts'
import { count, counted, FORMULAS, percent } from '../words.ts'
import { type Home, SHOWN } from './read.ts'

interface DomainLine {
  readonly name: string
  readonly owner: string
  readonly tier: string
  /** The worst first. */
  readonly standings: readonly Standing[]
  readonly volume: readonly (number | null)[]
  readonly received: number
  readonly invalid: number
}

/** A row a domain: owner, tier, the worst SLO of each kind, its day; opens to its SLOs. */
export function domainsTable(home: Home): Html {
  const lines = domainLines(home)
  const kinds = SLI_KINDS.filter((kind) => home.plan.slos.some((slo) => slo.kind === kind))
  const shown = lines.slice(0, SHOWN.domains)
  const slosEach = Math.max(3, Math.floor(SHOWN.slos / Math.max(1, shown.length)))
  const columns = 5 + kinds.length
  return html`${wide(
    'Domains and their SLOs',
    html`<table><thead><tr><th>Domain</th><th>Owner</th><th>Tier</th>${kinds.map(
      (kind) => html`<th title="${FORMULAS[kind]}">${kind}</th>`,
    )}<th>24 h</th><th class="right">Invalid, 24 h</th></tr></thead><tbody>${shown.map((line) => row(line, kinds, slosEach, columns))}</tbody></table>`,
  )}${
    lines.length > shown.length &&
    html`<details id="more-domains"><summary>${counted(lines.length - shown.length, 'more domain')}, none worse than these</summary><ul>${lines
      .slice(SHOWN.domains)
      .map((line) => {
        const state = worst(line)
        return html`<li>${mark(state.kind, state.word)} ${line.name} <span class="muted">${line.owner}, ${line.tier}, ${counted(line.standings.length, 'SLO')}</span></li>`
      })}</ul></details>`
  }`
}

function row(line: DomainLine, kinds: readonly SliKind[], slosEach: number, columns: number): Html {
  const { name, owner, tier, standings } = line
  const shown = standings.slice(0, slosEach)
  const rest = standings.length - shown.length
  const invalid = line.received === 0 ? '' : ` of ${count(line.received)}`
  return html`<tr class="lead"><th scope="row" class="name">${name}</th><td>${owner}</td><td>${tier}</td>${kinds.map(
    (kind) => cell(standings.filter(({ slo }) => slo.kind === kind)),
  )}<td>${
    line.received === 0
      ? html`<span class="muted">nothing</span>`
      : sparkline(line.volume, `${name}: records an hour over 24 hours, ${count(line.received)} in all`)
  }</td><td class="right nowrap">${count(
    line.invalid,
  )}<span class="muted">${invalid}</span></td></tr><tr class="more"><td colspan="${columns}"><details id="slos-${name}"><summary>${counted(
    standings.length,
    'SLO',
  )}, worst first</summary><ul>${shown.map(sloLine)}${
    rest > 0 && html`<li><a href="/api/v1/slos?domain=${encodeURIComponent(name)}">${count(rest)} more (API)</a></li>`
  }</ul></details></td></tr>`
}

/** The worst SLO of one kind: what it is worth, with its uncertainty and its budget. */
function cell(standings: readonly Standing[]): Html {
  const [first] = standings
  if (first === undefined) return html`<td class="muted">–</td>`
  const { slo, verdict } = first
  const state = verdictState(verdict)
  const value = verdict.ratio === null ? state.word : percent(verdict.ratio)
  const words = `${standings.length > 1 ? `Worst of ${standings.length}: ` : ''}${slo.name}: ${state.word}. ${numbers(first)}`
  return html`<td class="cell"><a href="${subjectPath(slo)}" title="${words}">${mark(state.kind, value)}${ratioChart(verdict)}${
    verdict.ratio !== null && state.kind !== 'met' && html`<small>${state.word}</small>`
  }</a></td>`
}

/** One SLO in a line. */
export function sloLine(standing: Standing): Html {
  const { slo, verdict } = standing
  const state = verdictState(verdict)
  return html`<li>${mark(state.kind, state.word)} <a href="${subjectPath(slo)}">${slo.name}</a> <span class="muted">${numbers(standing)}</span></li>`
}

/** `97.2 % (96.8–97.6) of 12,480, objective 99 %, 61 % of the budget left` */
function numbers({ verdict }: Standing): string {
  const { ratio, lower, upper, total, objective, budgetRemaining } = verdict
  const goal = `objective ${percent(objective)}`
  if (ratio === null) return goal
  const isPoint = lower === null || upper === null || upper - lower < 1e-9
  const interval = isPoint ? '' : ` (${percent(lower).replace(' %', '')}–${percent(upper).replace(' %', '')})`
  const budget =
    budgetRemaining === null
      ? ''
      : budgetRemaining <= 0
        ? ', no budget left'
        : `, ${percent(budgetRemaining)} of the budget left`
  return `${percent(ratio)}${interval} of ${count(total)}, ${goal}${budget}`
}

export function eventPath(event: string): string {
  return `/events/${encodeURIComponent(event.toWellFormed())}`
}

/** The page of what an SLO judges, or an incident is about. */
export function subjectPath({ event, subject }: { readonly event: string; readonly subject?: SubjectKind }): string {
  return subject === 'table' ? tablePath(event) : eventPath(event)
}

export function tablePath(table: string): string {
  return `/tables/${encodeURIComponent(table.toWellFormed())}`
}

function worst({ standings: [first] }: DomainLine): VerdictState {
  return first === undefined ? { kind: 'hollow', word: 'no SLO', rank: -1 } : verdictState(first.verdict)
}

function domainLines({ plan, standings, hours, day }: Home): DomainLine[] {
  const byDomain = Map.groupBy(standings, ({ slo }) => slo.domain)
  const planned = hours.filter(({ kind }) => kind === 'planned')
  const volumes = Map.groupBy(planned, ({ event }) => plan.events.get(event)?.domain ?? '')
  return [...plan.domains.values()]
    .map(({ name, owner, tier }) => {
      const own = volumes.get(name) ?? []
      return {
        name,
        owner: owner.team,
        tier,
        standings: (byDomain.get(name) ?? []).sort(worstFirst),
        volume: volumeByHour(own, day.from),
        received: own.reduce((sum, hour) => sum + hour.received, 0),
        invalid: own.reduce((sum, hour) => sum + hour.invalid, 0),
      }
    })
    .sort((a, b) => worst(b).rank - worst(a).rank || compareText(a.tier, b.tier) || compareText(a.name, b.name))
}

export function worstFirst(a: Standing, b: Standing): number {
  const budget = ({ verdict }: Standing) => verdict.budgetRemaining ?? 1
  return (
    verdictState(b.verdict).rank - verdictState(a.verdict).rank ||
    budget(a) - budget(b) ||
    compareText(a.slo.name, b.slo.name)
  )
}

/** The hour that runs is left out: it isn't whole, and would look like a fall. */
function volumeByHour(hours: readonly HourCounts[], from: Instant): number[] {
  const volume = new Array<number>(23).fill(0)
  for (const { start, received } of hours) {
    const index = Math.floor((start - from) / HOUR)
    if (index >= 0 && index < volume.length) volume[index] = (volume[index] ?? 0) + received
  }
  return volume
}
