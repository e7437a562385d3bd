import { round6 } from '../../model/ratio.ts'
import { type Instant, iso } from '../../model/time.ts'
import { SCHEMA_VERSION } from '../documents/verdict.ts'
import { changeOfAll, changeOfDomain } from './change.ts'
import { costliest } from './costliest.ts'
import { countedEvents, coverageOf, type Figures, isEvent } from './coverage.ts'
import type { DomainDocument, PromisesDocument, ScorecardDocument, SloDocument } from './document.ts'
import type { MonthFacts, SourceFacts } from './facts.ts'
import { incidentFigures } from './incidents.ts'
import { freezesAt } from './month.ts'
import { compareText } from '../../model/order.ts'
import { observation, sloFigures } from './slo.ts'
import { eventTrust, FORMULA, FORMULA_VERSION, scoreOf, WORTH } from './trust.ts'

/** Names without a contract that a card lists; the rest is a number. */
const UNPLANNED_SHOWN = 20

/**
 * A month's scorecard. `before`: the month before's, for the change. The same facts give the same document; `frozen` says that
 * nothing about the month is awaited any more.
 */
export function scorecardDocument(
  facts: MonthFacts,
  { before, frozen }: { readonly before: ScorecardDocument | null; readonly frozen: boolean },
): ScorecardDocument {
  const { month } = facts
  const sources = new Map(facts.sources.map((source) => [source.id, source]))
  const figures = new Map(facts.slos.map((slo) => [slo, sloFigures(slo, facts, sources)]))
  const earned: number[] = []
  const domains = domainNames(facts).map((name) => {
    const { card, trust } = domainCard(name, facts, figures, sources)
    earned.push(...trust)
    return { ...card, change: before === null ? null : changeOfDomain(card, before) }
  })
  const all = [...figures.values()]
  const incidents = facts.incidents.filter(({ event }) => event !== null)
  const planned = sum(facts.events.filter(isEvent).map(({ received }) => received))
  const records = planned + facts.undecodable + sum(facts.unplanned.map(({ received }) => received))
  const withContract = records === 0 ? null : planned / records
  const nothing = domains.every(({ score }) => score === null)
  const card = {
    schema_version: SCHEMA_VERSION,
    month: month.name,
    timezone: month.timezone,
    environment: facts.environment,
    from: iso(month.from),
    to: iso(month.to),
    until: iso(facts.until),
    state: frozen ? ('frozen' as const) : ('preliminary' as const),
    freezes_at: iso(freezesAt(month)),
    plan: facts.plan,
    score: nothing ? null : scoreOf(earned, withContract ?? 1),
    formula: { version: FORMULA_VERSION, worth: WORTH, text: FORMULA },
    promises: promisesOf(all),
    incidents: incidentFigures(incidents, asOf(facts)),
    incidents_about_assay: incidentFigures(
      facts.incidents.filter(({ event }) => event === null),
      asOf(facts),
    ),
    coverage: {
      ...coverageOf(countedEvents(facts, null), facts, figures, sources, [...sources.keys()]),
      records,
      records_with_contract: withContract === null ? null : round6(withContract),
      undecodable: facts.undecodable,
      unplanned_names: facts.unplanned.length,
      unplanned: [...facts.unplanned]
        .sort((a, b) => b.received - a.received || compareText(a.name, b.name))
        .slice(0, UNPLANNED_SHOWN),
      sources: [...facts.sources]
        .sort((a, b) => compareText(a.id, b.id))
        .map(({ id }) => {
          const { minutes, unobserved } = observation([id], sources, { from: month.from, to: facts.until })
          return { source: id, minutes, unobserved_minutes: unobserved }
        }),
    },
    without_owner: sum(domains.map((domain) => domain.without_owner.length)) + facts.unplanned.length,
    costliest: costliest(domains, facts.incidents, asOf(facts)),
  }
  return { ...card, change: before === null ? null : changeOfAll(card, all, before), domains }
}

function domainCard(
  name: string,
  facts: MonthFacts,
  figures: Figures,
  sources: ReadonlyMap<string, SourceFacts>,
): { readonly card: Omit<DomainDocument, 'change'>; readonly trust: readonly number[] } {
  const plan = facts.domains.find((domain) => domain.name === name)
  const own = [...figures].filter(([slo]) => slo.domain === name)
  const slos = own.map(([, figure]) => figure).sort((a, b) => compareText(a.slo, b.slo))
  const events = countedEvents(facts, name)
  const ofEvent = Map.groupBy(own, ([slo]) => slo.event)
  const trust = events.map((event) => eventTrust((ofEvent.get(event.name) ?? []).map(([, figure]) => figure)))
  const seen = events.some(({ received }) => received > 0) || slos.some(({ total }) => total > 0)
  const worst = slos.reduce<SloDocument | null>(
    (most, slo) => ((slo.budget_spent ?? -1) > (most?.budget_spent ?? -1) ? slo : most),
    null,
  )
  const carried = [...new Set(events.flatMap((event) => event.sources))]
  const incidents = facts.incidents.filter(({ domain, event }) => domain === name && event !== null)
  const card = {
    domain: name,
    owner: plan?.owner ?? null,
    tier: plan?.tier ?? null,
    score: seen ? scoreOf(trust) : null,
    promises: promisesOf(slos),
    budget:
      worst === null
        ? null
        : { slo: worst.slo, spent: worst.budget_spent ?? 0, remaining: worst.budget_remaining ?? 1 },
    incidents: incidentFigures(incidents, asOf(facts)),
    coverage: coverageOf(events, facts, figures, sources, carried),
    without_owner: events.filter(({ owner }) => owner === '').map((event) => event.name),
    slos,
  }
  return { card, trust }
}

/** Those of the plan, and those of SLOs that were taken out of it. */
function domainNames({ domains, slos }: MonthFacts): string[] {
  const names = [
    ...domains.map(({ name }) => name),
    ...slos.filter(({ counted }) => counted.total > 0).map(({ domain }) => domain),
  ]
  return [...new Set(names)].sort(compareText)
}

function promisesOf(slos: readonly SloDocument[]): PromisesDocument {
  const met = slos.filter(({ outcome }) => outcome === 'met').length
  const violated = slos.filter(({ outcome }) => outcome === 'violated').length
  return { made: slos.length, met, violated, not_judged: slos.length - met - violated }
}

/** What happened later is not told, however late the card is worked out. */
function asOf({ month, until }: MonthFacts): Instant {
  return until < month.to ? until : freezesAt(month)
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
