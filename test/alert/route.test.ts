import { describe, expect, it } from 'vitest'
import { labelsOf } from '../../src/alert/labels.ts'
import { matches, receiversFor, suppression } from '../../src/alert/route.ts'
import type { Incident } from '../../src/model/incident.ts'
import { factsOf, NOON, routesOf, SLO } from './sample.ts'

const LABELS = labelsOf(factsOf().involved)
const labelled = (change: Partial<Incident>) => labelsOf(factsOf(change).involved)

describe('a match', () => {
  it.each([
    [undefined, true],
    [{}, true],
    [{ severity: 'page' }, true],
    [{ severity: ['ticket', 'page'] }, true],
    [{ severity: 'ticket' }, false],
    [{ domain: 'checkout', kind: 'validity', tier: 'P0', owner: 'payments' }, true],
    [{ domain: 'checkout', kind: 'freshness' }, false],
    [{ event: 'Order Completed', slo: 'order-completed-validity' }, true],
    [{ slo: 'another' }, false],
  ])('%j: %s', (match, expected) => {
    expect(matches(match, LABELS)).toBe(expected)
  })

  it('holds for any of several SLOs and kinds', () => {
    const other = { ...SLO, name: 'order-completed-completeness', kind: 'completeness' as const }
    const labels = labelsOf(factsOf({ slos: [SLO.name, other.name] }, { slos: [SLO, other] }).involved)
    expect(matches({ kind: 'completeness' }, labels)).toBe(true)
    expect(matches({ slo: other.name, kind: 'validity' }, labels)).toBe(true)
  })

  it('knows an incident about Assay itself by its kind', () => {
    const own = labelsOf(
      factsOf({ event: null, slos: [], domain: 'assay' }, { slos: [], event: null, domain: null }).involved,
    )
    expect(matches({ kind: 'ingest_behind' }, own)).toBe(true)
    expect(matches({ event: 'Order Completed' }, own)).toBe(false)
  })
})

describe('a route', () => {
  it('is the first that matches', () => {
    const routes = routesOf([
      { match: { severity: 'ticket' }, to: ['never'] },
      { match: { domain: 'checkout' }, to: ['first', 'second', 'first'] },
      { to: ['last'] },
    ])
    expect(receiversFor(routes, LABELS)).toEqual(['first', 'second'])
    expect(receiversFor(routes, labelled({ domain: 'growth' }))).toEqual(['last'])
  })

  it('may be missing', () => {
    expect(receiversFor(routesOf([]), LABELS)).toEqual([])
  })
})

describe('maintenance', () => {
  const routes = routesOf([], {
    maintenance: [
      {
        match: { event: 'Order Completed' },
        from: '2026-10-05T13:30:00+02:00',
        to: '2026-10-05T12:00:00Z',
        reason: 'x',
      },
    ],
  })
  it.each([
    [NOON - 1, null],
    [NOON, 'maintenance'],
    [Date.parse('2026-10-05T11:59:59.999Z'), 'maintenance'],
    [Date.parse('2026-10-05T12:00:00Z'), null],
  ])('holds from its start up to its end (%d: %s)', (at, reason) => {
    expect(suppression(routes, LABELS, [], at)?.reason ?? null).toBe(reason)
  })
  it('holds for what it matches only', () => {
    expect(suppression(routes, labelled({ event: 'Signed Up' }), [], NOON)).toBeNull()
  })
})

describe('an inhibition', () => {
  const routes = routesOf([], {
    inhibitions: [{ source: { severity: 'page' }, target: { severity: 'ticket' }, equal: ['domain'] }],
  })
  const ticket = labelled({ severity: 'ticket', event: 'Cart Viewed' })
  const page = labelled({ severity: 'page' })

  it('holds back its target while its source is open with equal labels', () => {
    expect(suppression(routes, ticket, [page], NOON)).toEqual({
      reason: 'inhibited',
      text: 'held back while an incident of Order Completed is open',
    })
  })
  it('needs the labels to be equal', () => {
    expect(suppression(routes, ticket, [labelled({ severity: 'page', domain: 'growth' })], NOON)).toBeNull()
  })
  it('takes a label that both lack for equal', () => {
    const own = factsOf({ event: null, slos: [], domain: 'assay' }, { slos: [], event: null, domain: null })
    const rule = routesOf([], {
      inhibitions: [{ source: { domain: 'assay' }, target: { severity: 'ticket' }, equal: ['event'] }],
    })
    const eventless = { ...ticket, event: [] }
    expect(suppression(rule, eventless, [labelsOf(own.involved)], NOON)?.reason).toBe('inhibited')
    expect(suppression(rule, ticket, [labelsOf(own.involved)], NOON)).toBeNull()
  })
  it('lets no two incidents silence each other', () => {
    const all = routesOf([], { inhibitions: [{ source: {}, target: {}, equal: [] }] })
    expect(suppression(all, ticket, [page], NOON)).toBeNull()
  })
})
