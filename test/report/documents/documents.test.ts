import { expect, test } from 'vitest'
import type { Incident } from '../../../src/model/incident.ts'
import { BURN_WINDOWS, type Burn, type Verdict } from '../../../src/model/verdict.ts'
import { incidentDocument, timelineDocument } from '../../../src/report/documents/incident.ts'
import { verdictDocument } from '../../../src/report/documents/verdict.ts'

const AT = Date.UTC(2026, 9, 5, 14, 3)

const verdict: Verdict = {
  at: AT,
  slo: 'order-completed-validity',
  domain: 'checkout',
  event: 'Order Completed',
  source: null,
  kind: 'validity',
  outcome: 'violated',
  reason: null,
  good: 2,
  total: 3,
  ratio: 2 / 3,
  lower: 2 / 3,
  upper: 2 / 3,
  objective: 0.999,
  budgetRemaining: -332.33333333333,
  burn: { ...(Object.fromEntries(BURN_WINDOWS.map((window) => [window, null])) as Burn), '1h': 333.33333333333 },
  firing: 'page',
}

test('a verdict line has the pinned keys in their order, numbers rounded to 6 decimals', () => {
  expect(JSON.stringify(verdictDocument(verdict))).toBe(
    '{"schema_version":1,"at":"2026-10-05T14:03:00.000Z","slo":"order-completed-validity","domain":"checkout",' +
      '"event":"Order Completed","source":null,"kind":"validity","outcome":"violated","reason":null,' +
      '"good":2,"total":3,"ratio":0.666667,"lower":0.666667,"upper":0.666667,"objective":0.999,' +
      '"budget_remaining":-332.333333,' +
      '"burn":{"5m":null,"30m":null,"1h":333.333333,"2h":null,"6h":null,"1d":null,"3d":null},"firing":"page"}',
  )
})

test('what was not measured is null, never 0', () => {
  const document = verdictDocument({ ...verdict, ratio: null, lower: null, upper: null, budgetRemaining: null })
  expect([document.ratio, document.lower, document.upper, document.budget_remaining]).toEqual([null, null, null, null])
})

const incident: Incident = {
  id: 'inc_0123456789ab',
  environment: 'production',
  domain: 'checkout',
  event: 'Order Completed',
  slos: ['order-completed-validity'],
  severity: 'page',
  startedAt: AT,
  openedAt: AT + 60_000,
  endedAt: null,
  resolvedAt: null,
  resolution: null,
  cause: { dimension: 'platform', value: 'android', shareOfBad: 0.9412345678, shareOfAll: 0.1, lift: 9.412345678 },
  affected: [{ kind: 'table', name: 'main.orders' }],
  regressionOf: null,
  notifications: 2,
  explanation: ['94 % come from android'],
  noData: false,
  timeline: [{ at: AT, what: 'started', text: 'first bad minute' }],
}

test('an incident has the pinned fields, its cause rounded', () => {
  expect(incidentDocument(incident)).toEqual({
    schema_version: 1,
    id: 'inc_0123456789ab',
    environment: 'production',
    domain: 'checkout',
    event: 'Order Completed',
    slos: ['order-completed-validity'],
    severity: 'page',
    started_at: '2026-10-05T14:03:00.000Z',
    opened_at: '2026-10-05T14:04:00.000Z',
    ended_at: null,
    resolved_at: null,
    resolution: null,
    cause: { dimension: 'platform', value: 'android', share_of_bad: 0.941235, share_of_all: 0.1, lift: 9.412346 },
    affected: [{ kind: 'table', name: 'main.orders' }],
    regression_of: null,
    notifications: 2,
    no_data: false,
    explanation: ['94 % come from android'],
  })
  expect(timelineDocument(incident.timeline)).toEqual([
    { at: '2026-10-05T14:03:00.000Z', what: 'started', text: 'first bad minute' },
  ])
})
