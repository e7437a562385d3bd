import { describe, expect, it } from 'vitest'
import type { Incident } from '../../../src/model/incident.ts'
import { DAY, HOUR, MINUTE } from '../../../src/model/time.ts'
import type { MonthFacts } from '../../../src/report/scorecard/facts.ts'
import { scorecardMarkdown } from '../../../src/report/scorecard/markdown.ts'
import { scorecardDocument } from '../../../src/report/scorecard/scorecard.ts'
import { remarks } from '../../../src/report/scorecard/words.ts'
import { incidentOf, makePlan } from '../../serve/plan.ts'
import { eventFacts, MINUTES, monthFacts, OCTOBER, sloFacts, watched } from './month-facts.ts'

const cardOf = (facts: MonthFacts, before: MonthFacts | null = null) =>
  scorecardDocument(facts, {
    before: before === null ? null : scorecardDocument(before, { before: null, frozen: true }),
    frozen: true,
  })
const good = { good: 1_000, total: 1_000 }
const [slo] = makePlan({ domains: ['checkout'], events: ['Order'], slosPerEvent: 1 }).slos
if (slo === undefined) throw new Error('the plan has an SLO')
const incident = (id: string, opened: number, lasted: number | null, change: Partial<Incident> = {}): Incident => {
  const openedAt = OCTOBER.from + opened
  return incidentOf(id, slo, {
    openedAt,
    startedAt: openedAt - MINUTE,
    resolvedAt: lasted === null ? null : openedAt + lasted,
    endedAt: lasted === null ? null : openedAt + lasted - MINUTE,
    regressionOf: null,
    cause: null,
    ...change,
  })
}

describe('incidents', () => {
  const figures = (incidents: Incident[], change: Partial<MonthFacts> = {}) =>
    cardOf(monthFacts({ incidents, ...change })).incidents

  it('are counted by their opening: median and share of those resolved', () => {
    const three = [
      incident('a', 0, HOUR),
      incident('b', DAY, 3 * HOUR),
      incident('c', 2 * DAY, 30 * HOUR, { regressionOf: 'b' }),
    ]
    expect(figures(three)).toEqual({
      opened: 3,
      resolved: 3,
      open: 0,
      median_seconds_to_resolve: 3 * 3_600,
      share_resolved_24h: 0.666667,
      regressions: 1,
    })
    expect(figures([...three, incident('d', 0, null)])).toMatchObject({
      opened: 4,
      resolved: 3,
      open: 1,
      share_resolved_24h: 0.5,
    })
  })

  it('have a median between the middle two of an even number, and none without a resolve', () => {
    expect(figures([incident('a', 0, HOUR), incident('b', 0, 2 * HOUR)]).median_seconds_to_resolve).toBe(5_400)
    expect(figures([incident('a', 0, null)])).toMatchObject({ median_seconds_to_resolve: null, share_resolved_24h: 0 })
    expect(figures([])).toMatchObject({ opened: 0, median_seconds_to_resolve: null, share_resolved_24h: null })
  })

  it('that resolve after the card is final count as open, whenever it is worked out', () => {
    const late = incident('a', 30 * DAY, 4 * DAY + MINUTE)
    expect(figures([late])).toMatchObject({ resolved: 0, open: 1 })
    expect(figures([incident('a', 30 * DAY, 4 * DAY - MINUTE)])).toMatchObject({ resolved: 1, open: 0 })
  })

  it('that have not had 24 hours in a month that runs are neither late nor in time', () => {
    const until = OCTOBER.from + 2 * DAY
    const [old, young] = [incident('a', 0, null), incident('b', 47 * HOUR, null)]
    expect(figures([young], { until }).share_resolved_24h).toBeNull()
    expect(figures([old, young], { until }).share_resolved_24h).toBe(0)
  })

  it('about Assay itself are not the data’s', () => {
    const card = cardOf(monthFacts({ incidents: [incident('a', 0, HOUR, { event: null, domain: 'assay' })] }))
    expect([card.incidents.opened, card.incidents_about_assay.opened]).toEqual([0, 1])
    expect(card.domains.map(({ domain }) => domain)).toEqual(['checkout'])
  })
})

describe('a card', () => {
  it('says what was not seen, of each source and of the domains it carries', () => {
    const card = cardOf(
      monthFacts({
        domains: [
          { name: 'checkout', owner: 'payments', tier: 'P0' },
          { name: 'growth', owner: 'growth', tier: 'P2' },
        ],
        events: [
          eventFacts('Order', { sources: ['web', 'app'] }),
          eventFacts('Signup', { domain: 'growth', sources: ['app'], received: 10 }),
          eventFacts('Never', { received: 0, sources: [] }),
          eventFacts('Later', { received: 0, sources: [], status: 'planned' }),
        ],
        slos: [sloFacts('Order', 'validity', good, { sources: ['app', 'web'] })],
        sources: [
          watched(30),
          { ...watched(0, 'app'), unobserved: [{ from: OCTOBER.from + 10 * MINUTE, to: OCTOBER.from + 50 * MINUTE }] },
        ],
        unplanned: [{ name: 'Mystery', received: 90 }],
        undecodable: 10,
      }),
    )
    expect(card.coverage).toMatchObject({
      events_planned: 3,
      events_seen: 2,
      events_without_slo: 2,
      minutes: MINUTES,
      unobserved_minutes: 50,
      records: 1_110,
      records_with_contract: 0.90991,
      unplanned_names: 1,
      sources: [
        { source: 'app', minutes: MINUTES, unobserved_minutes: 40 },
        { source: 'web', minutes: MINUTES, unobserved_minutes: 30 },
      ],
    })
    expect(card.domains.map(({ coverage }) => coverage.unobserved_minutes)).toEqual([50, 40])
    expect(card.domains[0]?.slos[0]?.unobserved_minutes).toBe(50)
    expect(card.without_owner).toBe(1)
    // Nobody knows what came then: what is assumed of it is said beside the score.
    const assumed = (of: typeof card): boolean => remarks(of).some((text) => text.includes('unobserved minutes'))
    expect(assumed(card)).toBe(true)
    expect(assumed(cardOf(monthFacts({ sources: [watched(0)] })))).toBe(false)
  })

  it('shows volume as learning until the detector judges it, worth nothing until then', () => {
    const card = cardOf(
      monthFacts({ events: [eventFacts('Order')], slos: [sloFacts('Order', 'volume', { good: 0, total: 0 })] }),
    )
    expect(card.domains[0]?.slos[0]).toMatchObject({
      outcome: 'not_evaluated',
      reason: 'learning',
      kept: 0,
      ratio: null,
    })
    expect(card.score).toBe(0)
  })

  it('counts the hours of volume once they are judged', () => {
    const volume = sloFacts('Order', 'volume', { good: 396, total: 400 }, { minTotal: 0 })
    const card = cardOf(monthFacts({ events: [eventFacts('Order')], slos: [volume] }))
    expect(card.domains[0]?.slos[0]).toMatchObject({ outcome: 'met', ratio: 0.99, budget_spent: 1, kept: 1 })
    expect(card.score).toBe(10)
  })

  it('keeps a domain that was taken out with its SLOs', () => {
    const gone = sloFacts('Order', 'validity', { good: 0, total: 100 }, { domain: 'gone', inForce: false })
    const card = cardOf(monthFacts({ events: [], slos: [gone] }))
    expect(card.domains.map(({ domain, owner, score }) => [domain, owner, score])).toEqual([
      ['checkout', 'payments', null],
      ['gone', null, 0],
    ])
    expect(card.score).toBe(0)
  })

  it('tells what changed since the month before', () => {
    const before = monthFacts({
      events: [eventFacts('Order')],
      slos: [sloFacts('Order', 'validity', good), sloFacts('Order', 'completeness', good, { slo: 'taken-out' })],
      incidents: [incident('a', 0, HOUR)],
      sources: [watched(7)],
    })
    const now = monthFacts({
      events: [eventFacts('Order')],
      slos: [sloFacts('Order', 'validity', good, { objective: 0.95 }), sloFacts('Order', 'freshness', good)],
    })
    expect(cardOf(now, before).change).toEqual({
      month: '2026-10',
      state: 'frozen',
      score: 60,
      score_difference: -5,
      incidents_opened: 1,
      unobserved_minutes: 7,
      slos_added: 1,
      slos_removed: 1,
      objectives: [{ slo: 'order-validity', from: 0.99, to: 0.95 }],
    })
    expect(scorecardMarkdown(cardOf(now, before))).toContain('order-validity laxer, 99 → 95 %')
  })

  it('names what cost most budget, with what the longest resolved incident was put down to', () => {
    const cause = { dimension: 'platform', value: 'android', shareOfBad: 0.9, shareOfAll: 0.1, lift: 9 }
    const name = sloFacts('Order', 'validity', good).slo
    const card = cardOf(
      monthFacts({
        events: [eventFacts('Order')],
        slos: [
          sloFacts('Order', 'validity', { good: 900, total: 1_000 }),
          sloFacts('Order', 'completeness', { good: 995, total: 1_000 }),
        ],
        incidents: [incident('a', 0, HOUR, { slos: [name] }), incident('b', DAY, DAY, { slos: [name], cause })],
      }),
    )
    expect(card.costliest).toEqual([
      { slo: name, domain: 'checkout', budget_spent: 10, incident: 'b', cause: 'platform android' },
    ])
  })

  it('lets no name pass for markup', () => {
    const text = scorecardMarkdown(
      cardOf(
        monthFacts({ events: [eventFacts('Order')], unplanned: [{ name: '<img src=x> | `a` *b*\n# c', received: 5 }] }),
      ),
    )
    expect(text).toContain('\\<img src=x\\> \\| \\`a\\` \\*b\\* # c')
  })
})
