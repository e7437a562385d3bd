import { percent, span, whole } from '../../alert/figures.ts'
import { type Instant, SECOND } from '../../model/time.ts'
import type {
  ChangeDocument,
  CostDocument,
  CoverageDocument,
  DomainDocument,
  IncidentsDocument,
  PromisesDocument,
  ScorecardDocument,
  SloDocument,
} from './document.ts'
import { monthTitle } from './month.ts'

/** The sentence that a reader who stops after it should have read. */
export function leadSentence(card: ScorecardDocument): string {
  const title = monthTitle(card.month)
  if (card.score === null) return `${title}: no data, so no trust score.`
  const worst = [...card.domains]
    .filter((domain) => domain.score !== null)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0))[0]
  const broken = card.promises.violated
  const promises =
    card.promises.made === 0
      ? 'nothing is promised'
      : broken === 0
        ? 'no SLO was broken'
        : `${whole(broken)} of ${whole(card.promises.made)} SLOs ${broken === 1 ? 'was' : 'were'} broken`
  const least =
    worst === undefined || card.domains.length < 2 ? '' : `; ${worst.domain} is trusted least (${worst.score})`
  return `${title}: trust ${card.score} of 100${changeWords(card.change)}; ${promises}${least}.`
}

/** ` (82 in September 2026)`; empty without a month before. */
function changeWords(change: ChangeDocument | null): string {
  if (change === null || change.score === null) return ''
  return `, ${change.score} in ${monthTitle(change.month)}`
}

/** `+3`, `−2`, `±0`; `–` where there is nothing to compare with. */
export function differenceText(change: ChangeDocument | null): string {
  const difference = change?.score_difference ?? null
  if (difference === null) return '–'
  return difference > 0 ? `+${difference}` : difference < 0 ? `−${-difference}` : '±0'
}

export function scoreText(score: number | null): string {
  return score === null ? 'no data' : String(score)
}

/** `preliminary: data until Sun 1 Nov 09:00, final on Wed 4 Nov 00:00`, or `final`. */
export function stateText({ state, until, freezes_at }: ScorecardDocument, local: (at: Instant) => string): string {
  if (state === 'frozen') return 'final'
  return `preliminary: tells of the time until ${local(Date.parse(until))}, final on ${local(Date.parse(freezes_at))}`
}

/** `4 of 5 met, 1 not judged` */
export function promisesText({ made, met, violated, not_judged: open }: PromisesDocument): string {
  if (made === 0) return 'none'
  return [`${met} of ${made} met`, violated > 0 && `${violated} broken`, open > 0 && `${open} not judged`]
    .filter((text) => text !== false)
    .join(', ')
}

/** `99.2 % (98.9–99.4) of 12,480`; what was not judged says why. */
export function attainmentText({ ratio, lower, upper, total, outcome, reason }: SloDocument): string {
  if (ratio === null) return outcome === 'not_evaluated' && reason === 'learning' ? 'learning' : 'no data'
  const isPoint = lower === null || upper === null || upper - lower < 1e-6
  const interval = isPoint ? '' : ` (${percent(lower).replace(' %', '')}–${percent(upper).replace(' %', '')})`
  return `${percent(ratio)}${interval} of ${whole(total)}`
}

/** What became of a promise. */
export function outcomeText(outcome: SloDocument['outcome']): string {
  return outcome === 'violated' ? 'broken' : outcome === 'met' ? 'met' : 'not judged'
}

/** `42 % spent, 58 % left`; `3.1 × spent, none left` */
export function budgetText(spent: number | null): string {
  if (spent === null) return '–'
  if (spent > 1) return `${spent >= 10 ? whole(spent) : spent.toFixed(1)} × spent, none left`
  return `${Math.round(spent * 100)} % spent, ${100 - Math.round(spent * 100)} % left`
}

export function worstBudgetText({ budget }: Pick<DomainDocument, 'budget'>): string {
  return budget === null ? '–' : budgetText(budget.spent)
}

/** `3 (1 open)` */
export function openedText({ opened, open }: IncidentsDocument): string {
  return open > 0 ? `${opened} (${open} open)` : String(opened)
}

export function medianText({ median_seconds_to_resolve: median }: IncidentsDocument): string {
  return median === null ? '–' : span(median * SECOND)
}

export function inADayText({ share_resolved_24h: share }: IncidentsDocument): string {
  return share === null ? '–' : percent(share)
}

/** `11 of 12`, with ` and 2 of 2 tables` where there are any. */
export function seenText(coverage: CoverageDocument): string {
  const { events_planned: planned, events_seen: seen, tables_planned: tables, tables_seen: read } = coverage
  const ofTables = tables === 0 ? null : `${read} of ${tables} table${tables === 1 ? '' : 's'}`
  if (planned === 0) return ofTables ?? 'none planned'
  return ofTables === null ? `${seen} of ${planned}` : `${seen} of ${planned} and ${ofTables}`
}

/** `37 min (0.1 %)` */
export function unobservedText({ minutes, unobserved_minutes: unobserved }: CoverageDocument): string {
  if (minutes === 0) return 'nothing to observe'
  return unobserved === 0 ? 'none' : `${whole(unobserved)} min (${percent(unobserved / minutes)})`
}

/** What else there is to say, a sentence each. */
export function remarks(card: ScorecardDocument): string[] {
  const { coverage, incidents_about_assay: assay } = card
  const gone = card.domains.flatMap(({ slos }) => slos.filter(({ in_force: holds }) => !holds).map(({ slo }) => slo))
  return [
    coverage.records > 0 &&
      `${percent(coverage.records_with_contract ?? 0)} of ${whole(coverage.records)} records have a contract; ${counted(coverage.unplanned_names, 'name')} without one arrived${namesOf(card)}, and ${counted(coverage.undecodable, 'record')} could not be read.`,
    coverage.events_without_slo > 0 &&
      `${counted(coverage.events_without_slo, coverage.tables_planned > 0 ? 'event or table' : 'event')} without any SLO.`,
    card.without_owner > 0 &&
      `${counted(card.without_owner, 'event')} without an owner, names without a contract among them.`,
    coverage.unobserved_minutes > 0 &&
      `What came in unobserved minutes is taken to be as much as in the month on average, and none of it good; had they been busier, more went unseen than the score tells.`,
    assay.opened > 0 &&
      `Assay itself fell behind ${assay.opened === 1 ? 'once' : `${assay.opened} times`} (not counted as incidents of the data).`,
    gone.length > 0 && `Taken out during the month, and still counted: ${listed(gone)}.`,
    ...objectivesChanged(card),
  ].filter((text) => text !== false)
}

/** `order-validity (checkout) spent 12 × its budget: android+4.3.0` */
export function costText({ slo, domain, budget_spent: spent, cause }: CostDocument): string {
  const times = spent >= 10 ? whole(spent) : spent.toFixed(1)
  return `${slo} (${domain}) spent ${times} × its budget${cause === null ? '' : `, most of it by ${cause}`}`
}

function objectivesChanged({ change }: ScorecardDocument): string[] {
  const objectives = change?.objectives ?? []
  if (objectives.length === 0) return []
  const words = objectives.map(
    ({ slo, from, to }) => `${slo} ${to < from ? 'laxer' : 'stricter'}, ${decimal(from)} → ${decimal(to)} %`,
  )
  return [`Objectives changed since ${monthTitle(change?.month ?? '')}: ${listed(words)}.`]
}

function namesOf({ coverage }: ScorecardDocument): string {
  const names = coverage.unplanned.slice(0, 3).map(({ name }) => name)
  return names.length === 0 ? '' : ` (${listed(names, coverage.unplanned_names)})`
}

function listed(words: readonly string[], of = words.length): string {
  const shown = words.slice(0, 5)
  return of > shown.length ? `${shown.join(', ')} and ${of - shown.length} more` : shown.join(', ')
}

function counted(value: number, noun: string): string {
  return `${whole(value)} ${
    value === 1
      ? noun
      : noun
          .split(' ')
          .map((word) => (word === 'or' ? word : `${word}s`))
          .join(' ')
  }`
}

function decimal(ratio: number): number {
  return Number((ratio * 100).toFixed(6))
}
