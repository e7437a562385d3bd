import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINUTE } from '../../../src/model/time.ts'
import type { ScorecardDocument } from '../../../src/report/scorecard/document.ts'
import type { MonthFacts, SloFacts } from '../../../src/report/scorecard/facts.ts'
import { scorecardDocument } from '../../../src/report/scorecard/scorecard.ts'
import { anyMonth, eventFacts, MINUTES, monthFacts, OCTOBER, sloFacts, watched } from './month-facts.ts'

const cardOf = (facts: MonthFacts): ScorecardDocument => scorecardDocument(facts, { before: null, frozen: true })
const scoreOf = (facts: MonthFacts): number | null => cardOf(facts).score
const domainScores = (facts: MonthFacts) => new Map(cardOf(facts).domains.map(({ domain, score }) => [domain, score]))

/** No score of `worse`, of all or of a domain, is above that of `facts`; where there is none, there is none to compare with. */
function expectNotAbove(worse: MonthFacts, facts: MonthFacts): void {
  const all = scoreOf(facts)
  if (all !== null) expect(scoreOf(worse) ?? 0).toBeLessThanOrEqual(all)
  const before = domainScores(facts)
  for (const [domain, score] of domainScores(worse)) {
    const was = before.get(domain) ?? null
    if (was !== null && score !== null) expect(score).toBeLessThanOrEqual(was)
  }
}

function changed(facts: MonthFacts, slo: SloFacts, change: Partial<SloFacts>): MonthFacts {
  return { ...facts, slos: facts.slos.map((one) => (one === slo ? { ...one, ...change } : one)) }
}

const monthWithSlo = anyMonth
  .filter(({ slos }) => slos.length > 0)
  .chain((facts) => fc.constantFrom(...facts.slos).map((slo) => ({ facts, slo })))

describe('a trust score', () => {
  it('lies between 0 and 100, whole', () =>
    fc.assert(
      fc.property(anyMonth, (facts) => {
        const card = cardOf(facts)
        for (const score of [card.score, ...card.domains.map((domain) => domain.score)]) {
          if (score === null) continue
          expect(Number.isInteger(score) && score >= 0 && score <= 100 && !Object.is(score, -0)).toBe(true)
        }
      }),
    ))

  it('is never raised by good records that turn bad', () =>
    fc.assert(
      fc.property(monthWithSlo, fc.nat(), ({ facts, slo }, more) => {
        const { good, total } = slo.counted
        expectNotAbove(changed(facts, slo, { counted: { good: good - (more % (good + 1)), total } }), facts)
      }),
    ))

  it('is never raised by more bad records', () =>
    fc.assert(
      fc.property(monthWithSlo, fc.integer({ min: 1, max: 50_000 }), ({ facts, slo }, more) => {
        const { good, total } = slo.counted
        expectNotAbove(changed(facts, slo, { counted: { good, total: total + more } }), facts)
      }),
    ))

  it('is never raised by switching an SLO off, whether it stays in the month or was never there', () =>
    fc.assert(
      fc.property(monthWithSlo, ({ facts, slo }) => {
        expect(scoreOf(changed(facts, slo, { inForce: false }))).toBe(scoreOf(facts))
        const others = facts.slos.filter((one) => one !== slo)
        const isOnly = !others.some(({ event, kind }) => event === slo.event && kind === slo.kind)
        // An event that counts only because it was judged leaves the month with its last SLO.
        const counts = facts.events.some(
          ({ name, status, received }) => name === slo.event && (status === 'active' || received > 0),
        )
        if (isOnly && counts) expectNotAbove({ ...facts, slos: others }, facts)
      }),
    ))

  it('is never raised by time that was not observed', () =>
    fc.assert(
      fc.property(anyMonth, fc.integer({ min: 0, max: MINUTES }), (facts, minutes) => {
        const longest = Math.max(
          minutes,
          ...facts.sources.flatMap(({ unobserved }) => unobserved.map(({ from, to }) => (to - from) / MINUTE)),
        )
        expectNotAbove({ ...facts, sources: [watched(longest)] }, facts)
      }),
    ))

  it('is the same for a bad minute of freshness as for one that nobody saw', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MINUTES - 1 }), (bad) => {
        const seenBad = monthFacts({
          events: [eventFacts('Order')],
          slos: [sloFacts('Order', 'freshness', { good: MINUTES - bad, total: MINUTES })],
        })
        const unseen = {
          ...seenBad,
          sources: [watched(bad)],
          slos: [sloFacts('Order', 'freshness', { good: MINUTES - bad, total: MINUTES - bad })],
        }
        expect(scoreOf(unseen)).toBe(scoreOf(seenBad))
      }),
    ))

  it('is never raised by events without a contract, nor by payloads that cannot be read', () =>
    fc.assert(
      fc.property(anyMonth, fc.integer({ min: 1, max: 9_000 }), (facts, more) => {
        expectNotAbove({ ...facts, undecodable: facts.undecodable + more }, facts)
        expectNotAbove({ ...facts, unplanned: [...facts.unplanned, { name: 'Another', received: more }] }, facts)
      }),
    ))

  it('is the same whatever the order of what it is made from', () =>
    fc.assert(
      fc.property(anyMonth, (facts) => {
        const turned = {
          ...facts,
          slos: [...facts.slos].reverse(),
          events: [...facts.events].reverse(),
          domains: [...facts.domains].reverse(),
        }
        expect(JSON.stringify(cardOf(turned))).toBe(JSON.stringify(cardOf(facts)))
      }),
    ))

  it('is not given where nothing arrived', () => {
    const nothing = monthFacts({
      events: [eventFacts('Order', { received: 0 })],
      slos: [sloFacts('Order', 'validity', { good: 0, total: 0 })],
      sources: [{ id: 'web', expected: null, unobserved: [] }],
    })
    expect([cardOf(nothing).score, cardOf(nothing).domains[0]?.score]).toEqual([null, null])
    expect(scoreOf(monthFacts())).toBeNull()
  })

  it('counts an event that never came as nothing, not as good', () => {
    const half = monthFacts({
      events: [eventFacts('Order'), eventFacts('Refund', { received: 0 })],
      slos: [
        sloFacts('Order', 'validity', { good: 1_000, total: 1_000 }),
        sloFacts('Refund', 'validity', { good: 0, total: 0 }),
      ],
    })
    expect(scoreOf(half)).toBe(17) // 35 points of 200
    const planned = {
      ...half,
      events: half.events.map((event) => (event.name === 'Refund' ? { ...event, status: 'planned' as const } : event)),
    }
    expect(scoreOf(planned)).toBe(35)
  })

  it('takes the worst of several SLOs of a kind', () => {
    const facts = monthFacts({
      events: [eventFacts('Order')],
      slos: [
        sloFacts('Order', 'validity', { good: 1_000, total: 1_000 }),
        sloFacts('Order', 'validity', { good: 0, total: 1_000 }, { slo: 'strict' }),
      ],
    })
    expect(scoreOf(facts)).toBe(0)
  })

  it('is judged from when there was something to observe', () => {
    const from = OCTOBER.to - 60 * MINUTE
    const facts = monthFacts({
      events: [eventFacts('Order')],
      slos: [sloFacts('Order', 'freshness', { good: 60, total: 60 }, { observedFrom: from })],
      sources: [{ id: 'web', expected: { from, to: OCTOBER.to }, unobserved: [] }],
    })
    expect(scoreOf(facts)).toBe(20)
  })
})
