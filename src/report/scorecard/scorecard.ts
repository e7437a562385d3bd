import type { Incident } from '../../model/incident.ts'
import { round6 } from '../../model/ratio.ts'
import { type Duration, type Instant, iso } from '../../model/time.ts'
import { SCHEMA_VERSION } from '../documents/verdict.ts'
import { changeOfAll, changeOfDomain } from './change.ts'
import type {
  CostDocument,
  CoverageDocument,
  DomainDocument,
  PromisesDocument,
  ScorecardDocument,
  SloDocument,
} from './document.ts'
import type { EventFacts, MonthFacts, SloFacts, SourceFacts } from './facts.ts'
import { incidentFigures } from './incidents.ts'
import { freezesAt } from './month.ts'
import { observation, sloFigures } from './slo.ts'
import { eventTrust, FORMULA, FORMULA_VERSION, scoreOf, WORTH } from './trust.ts'

/** Names without a contract that a card lists; the rest is a number. */
const UNPLANNED_SHOWN = 20
/** SLOs that cost most, as a card lists them. */
const COSTLIEST = 3

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

type Figures = ReadonlyMap<SloFacts, SloDocument>

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

/** The events that count, by name: active, arrived, or judged; of one domain or of all. One whose contract is gone is nobody's. */
function countedEvents({ events, slos }: MonthFacts, domain: string | null): EventFacts[] {
  const judged = slos.filter(({ counted }) => counted.total > 0)
  const names = new Set(judged.map(({ event }) => event))
  const planned = new Set(events.map(({ name }) => name))
  const gone = judged
    .filter(({ event }) => !planned.has(event))
    .map(
      (slo): EventFacts => ({
        name: slo.event,
        subject: slo.subject,
        domain: slo.domain,
        owner: '',
        status: 'deprecated',
        received: 0,
        sources: slo.sources,
      }),
    )
  const all = new Map([...gone, ...events].map((event) => [event.name, event]))
  return [...all.values()]
    .filter(({ name, status, received }) => status === 'active' || received > 0 || names.has(name))
    .filter((event) => domain === null || event.domain === domain)
    .sort((a, b) => compareText(a.name, b.name))
}

function coverageOf(
  events: readonly EventFacts[],
  { month, until }: MonthFacts,
  figures: Figures,
  sources: ReadonlyMap<string, SourceFacts>,
  carried: readonly string[],
): CoverageDocument {
  const promised = new Set([...figures.keys()].map(({ event }) => event))
  const { minutes, unobserved } = observation(carried, sources, { from: month.from, to: until })
  return {
    events_planned: events.filter(isEvent).length,
    events_seen: events.filter(isEvent).filter(isSeen).length,
    events_without_slo: events.filter(({ name }) => !promised.has(name)).length,
    tables_planned: events.filter(isTable).length,
    tables_seen: events.filter(isTable).filter(isSeen).length,
    minutes,
    unobserved_minutes: unobserved,
  }
}

function promisesOf(slos: readonly SloDocument[]): PromisesDocument {
  const met = slos.filter(({ outcome }) => outcome === 'met').length
  const violated = slos.filter(({ outcome }) => outcome === 'violated').length
  return { made: slos.length, met, violated, not_judged: slos.length - met - violated }
}

/** What an open incident is put down to may change later: it is left out. */
function costliest(
  domains: readonly Omit<DomainDocument, 'change'>[],
  incidents: readonly Incident[],
  until: Instant,
): CostDocument[] {
  return domains
    .flatMap(({ domain, slos }) => slos.map((slo) => ({ ...slo, domain, spent: slo.budget_spent ?? 0 })))
    .filter(({ spent }) => spent > 1)
    .sort((a, b) => b.spent - a.spent || compareText(a.slo, b.slo))
    .slice(0, COSTLIEST)
    .map(({ slo, domain, spent }) => {
      const longest = incidents
        .filter(({ slos }) => slos.includes(slo))
        .sort((a, b) => lengthOf(b, until) - lengthOf(a, until) || compareText(a.id, b.id))[0]
      const cause = longest === undefined || isOpen(longest, until) ? null : longest.cause
      return {
        slo,
        domain,
        budget_spent: spent,
        incident: longest?.id ?? null,
        cause: cause === null ? null : `${cause.dimension} ${cause.value}`,
      }
    })
}

function lengthOf(incident: Incident, until: Instant): Duration {
  return (isOpen(incident, until) ? until : (incident.endedAt ?? until)) - incident.startedAt
}

function isOpen({ resolvedAt }: Incident, until: Instant): boolean {
  return resolvedAt === null || resolvedAt >= until
}

/** What happened later is not told, however late the card is worked out. */
function asOf({ month, until }: MonthFacts): Instant {
  return until < month.to ? until : freezesAt(month)
}

function isEvent({ subject }: EventFacts): boolean {
  return subject === 'event'
}

function isTable({ subject }: EventFacts): boolean {
  return subject === 'table'
}

function isSeen({ received }: EventFacts): boolean {
  return received > 0
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}

/** By code units: the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
