import fc from 'fast-check'
import type { Ratio } from '../../../src/model/ratio.ts'
import { isTimeSlice, SLI_KINDS, type SliKind } from '../../../src/model/sli.ts'
import { MINUTE } from '../../../src/model/time.ts'
import type { EventFacts, MonthFacts, SloFacts, SourceFacts } from '../../../src/report/scorecard/facts.ts'
import { type Month, readMonth } from '../../../src/report/scorecard/month.ts'

/** October 2026 in UTC: 44,640 minutes. */
export const OCTOBER: Month = readMonth('2026-10', 'UTC') ?? failed()
export const MINUTES = (OCTOBER.to - OCTOBER.from) / MINUTE

function failed(): never {
  throw new Error('is a month')
}

export function sloFacts(event: string, kind: SliKind, counted: Ratio, change: Partial<SloFacts> = {}): SloFacts {
  return {
    slo: `${event.toLowerCase()}-${kind}`,
    domain: 'checkout',
    event,
    subject: 'event',
    kind,
    source: null,
    objective: 0.99,
    minTotal: isTimeSlice(kind) ? 0 : 20,
    counted,
    sources: ['web'],
    observedFrom: OCTOBER.from,
    inForce: true,
    ...change,
  }
}

export function eventFacts(name: string, change: Partial<EventFacts> = {}): EventFacts {
  return {
    name,
    subject: 'event',
    domain: 'checkout',
    owner: 'payments',
    status: 'active',
    received: 1_000,
    sources: ['web'],
    ...change,
  }
}

/** A source that was watched all month but for its first `unobserved` minutes. */
export function watched(unobserved = 0, id = 'web'): SourceFacts {
  const { from, to } = OCTOBER
  const gap = { from, to: from + unobserved * MINUTE }
  return { id, expected: { from, to }, unobserved: unobserved === 0 ? [] : [gap] }
}

export function monthFacts(change: Partial<MonthFacts> = {}): MonthFacts {
  return {
    month: OCTOBER,
    until: OCTOBER.to,
    environment: 'production',
    plan: 'f'.repeat(64),
    domains: [{ name: 'checkout', owner: 'payments', tier: 'P0' }],
    slos: [],
    events: [],
    unplanned: [],
    undecodable: 0,
    sources: [watched()],
    incidents: [],
    ...change,
  }
}

const EVENTS = ['Cart', 'Order', 'Refund']

/** A month of up to three events of two domains with any SLOs, some of them without data, and time that wasn't observed. */
export const anyMonth: fc.Arbitrary<MonthFacts> = fc
  .record({
    slos: fc.uniqueArray(
      fc.record({
        event: fc.constantFrom(...EVENTS),
        kind: fc.constantFrom(...SLI_KINDS),
        total: fc.constantFrom(0, 1, 19, 20, 21, 500, 40_000),
        badShare: fc.constantFrom(0, 0.001, 0.01, 0.05, 0.5, 1),
        objective: fc.constantFrom(0.5, 0.9, 0.99, 0.999),
        copy: fc.integer({ min: 0, max: 1 }),
      }),
      { selector: ({ event, kind, copy }) => `${event} ${kind} ${copy}`, maxLength: 16 },
    ),
    unobserved: fc.constantFrom(0, 1, 60, 1_440, MINUTES),
    unplanned: fc.integer({ min: 0, max: 2_000 }),
    undecodable: fc.integer({ min: 0, max: 200 }),
    statuses: fc.array(fc.constantFrom('active' as const, 'planned' as const, 'deprecated' as const), {
      minLength: 3,
      maxLength: 3,
    }),
    received: fc.array(fc.constantFrom(0, 1_000), { minLength: 3, maxLength: 3 }),
  })
  .map(({ slos, unobserved, unplanned, undecodable, statuses, received }) =>
    monthFacts({
      domains: [
        { name: 'checkout', owner: 'payments', tier: 'P0' },
        { name: 'growth', owner: 'growth', tier: 'P2' },
      ],
      slos: slos.map(({ event, kind, total, badShare, objective, copy }) => {
        const bad = Math.round(total * badShare)
        const slo = `${event.toLowerCase()}-${kind}-${copy}`
        return sloFacts(event, kind, { good: total - bad, total }, { slo, objective, domain: domainOf(event) })
      }),
      events: EVENTS.map((name, index) =>
        eventFacts(name, {
          domain: domainOf(name),
          status: statuses[index] ?? 'active',
          received: received[index] ?? 0,
        }),
      ),
      unplanned: unplanned === 0 ? [] : [{ name: 'Mystery', received: unplanned }],
      undecodable,
      sources: [watched(unobserved)],
    }),
  )

function domainOf(event: string): string {
  return event === 'Refund' ? 'growth' : 'checkout'
}
