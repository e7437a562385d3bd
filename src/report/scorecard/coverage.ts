import type { CoverageDocument, SloDocument } from './document.ts'
import type { EventFacts, MonthFacts, SloFacts, SourceFacts } from './facts.ts'
import { compareText } from '../../model/order.ts'
import { observation } from './slo.ts'

/** What each SLO came to. */
export type Figures = ReadonlyMap<SloFacts, SloDocument>

/** The events that count, by name: active, arrived, or judged; of one domain or of all. One whose contract is gone is nobody's. */
export function countedEvents({ events, slos }: MonthFacts, domain: string | null): EventFacts[] {
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

/** How much of what is planned was seen and promised, and for how long its sources, those that carried it, were watched. */
export function coverageOf(
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

export function isEvent({ subject }: EventFacts): boolean {
  return subject === 'event'
}

function isTable({ subject }: EventFacts): boolean {
  return subject === 'table'
}

function isSeen({ received }: EventFacts): boolean {
  return received > 0
}
