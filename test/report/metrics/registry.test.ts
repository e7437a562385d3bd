import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { emptyCounts } from '../../../src/model/window.ts'
import type { WindowDelta } from '../../../src/observe/windows/delta.ts'
import { type CommitSummary, createMetrics, type Metrics } from '../../../src/report/metrics/registry.ts'
import { makePlan, NOW, verdictOf } from '../../serve/plan.ts'
import { THOROUGH } from '../../support/thorough.ts'

const plan = makePlan({ domains: ['checkout'], events: ['Order Completed', 'Refund Issued'], slosPerEvent: 2 })

function commitOf(events: readonly string[], change: Partial<CommitSummary> = {}): CommitSummary {
  const series = (event: string) => ({ source: 'web', kind: 'planned' as const, event })
  const delta: WindowDelta = {
    windows: events.map((event) => ({
      series: series(event),
      minute: NOW,
      counts: { ...emptyCounts(), received: 5, invalid: 2, duplicates: 1, late: 3 },
    })),
    facets: [],
    findings: events.map((event) => ({
      series: series(event),
      finding: { kind: 'violation', path: '/revenue', keyword: 'type', message: 'string instead of number' },
      minute: NOW,
      count: 4,
    })),
  }
  return {
    source: 'web',
    outcomes: { valid: 3 * events.length, invalid: 2 * events.length, unplanned: 1, undecodable: 0 },
    delta,
    quarantined: new Map([['invalid', 2]]),
    delays: new Map([['Order Completed', [-500, 1_001, 5_000, 90_000_000]]]),
    ingestDelay: 200,
    ...change,
  }
}

function evaluate(metrics: Metrics): void {
  const [first, second] = plan.slos
  if (first === undefined || second === undefined) throw new Error('the plan has SLOs')
  metrics.recordEvaluation({
    at: NOW,
    verdicts: [verdictOf(first), verdictOf(second, { ratio: null, lower: null, upper: null, budgetRemaining: null })],
    judged: [{ slo: first.name, good: 9, total: 10 }],
    openIncidents: [
      {
        id: 'inc_0123456789ab',
        domain: 'checkout',
        event: 'Order Completed',
        severity: 'page',
        startedAt: NOW - 60_000,
      },
    ],
    arrivals: [{ domain: 'checkout', event: 'Order Completed', source: 'web', lastArrival: NOW - 30_000 }],
    fills: [{ domain: 'checkout', event: 'Order Completed', source: 'web', property: 'revenue', ratio: 0.5 }],
    volumes: [{ domain: 'checkout', event: 'Order Completed', source: 'web', observed: 300 }],
    duration: 30,
  })
}

/** The value of the only series that begins with `start`. */
function sampleOf(text: string, start: string): number | undefined {
  const lines = text.split('\n').filter((line) => line.startsWith(start))
  expect(lines.length, start).toBeLessThan(2)
  return lines[0] === undefined ? undefined : Number(lines[0].split(' ').at(-1))
}

describe('counters', () => {
  test('a batch adds what SEMANTICS says that each counts', async () => {
    const metrics = createMetrics({ version: '0.1.0' })
    metrics.recordCommit(plan, commitOf(['Order Completed']))
    metrics.recordCommit(plan, commitOf(['Order Completed']))
    const text = await metrics.text()
    const labels = '{domain="checkout",event="Order Completed",source="web"'
    expect(sampleOf(text, `assay_events_total${labels}`)).toBe(10)
    expect(sampleOf(text, `assay_duplicates_total${labels}`)).toBe(2)
    expect(sampleOf(text, `assay_late_total${labels}`)).toBe(6)
    expect(sampleOf(text, `assay_violations_total${labels},check="type"`)).toBe(8)
    expect(sampleOf(text, 'assay_records_total{source="web",outcome="invalid"}')).toBe(4)
    expect(sampleOf(text, 'assay_quarantined_total{source="web",reason="invalid"}')).toBe(4)
    expect(sampleOf(text, `assay_event_delay_seconds_count${labels}`)).toBe(8)
    expect(sampleOf(text, `assay_event_delay_seconds_sum${labels}`)).toBe(180_012.002)
    expect(sampleOf(text, `assay_event_delay_seconds_bucket{le="5",domain`)).toBe(6)
    expect(sampleOf(text, `assay_event_delay_seconds_bucket{le="+Inf",domain`)).toBe(8)
  })

  test('known label sets are there at 0 before the first record', async () => {
    const metrics = createMetrics({ version: '0.1.0' })
    metrics.prepare(plan, ['screen'])
    const text = await metrics.text()
    expect(sampleOf(text, 'assay_records_total{source="web",outcome="undecodable"}')).toBe(0)
    expect(sampleOf(text, 'assay_notifications_total{receiver="screen",outcome="sent"}')).toBe(0)
    expect(sampleOf(text, 'assay_events_total{domain="checkout",event="Refund Issued",source="web"}')).toBe(0)
    expect(sampleOf(text, 'assay_incidents_open{severity="ticket"}')).toBe(0)
    expect(
      sampleOf(
        text,
        `assay_sli_total{domain="checkout",event="Order Completed",source="",slo="${plan.slos[0]?.name}"}`,
      ),
    ).toBe(0)
    expect(sampleOf(text, 'assay_evaluation_duration_seconds_count')).toBe(0)
    expect(sampleOf(text, 'assay_ingest_delay_seconds_count{source="web"}')).toBe(0)
  })
})

describe('gauges', () => {
  test('what was not measured has no series', async () => {
    const metrics = createMetrics({ version: '0.1.0' })
    evaluate(metrics)
    const text = await metrics.text()
    const [first, second] = plan.slos.map(({ name }) => name)
    expect(text).toMatch(new RegExp(`^assay_sli_ratio\\{.*slo="${first}"\\} 0\\.99`, 'm'))
    expect(text).not.toMatch(new RegExp(`^assay_sli_ratio\\{.*slo="${second}"`, 'm'))
    expect(text).toMatch(new RegExp(`^assay_sli_total\\{.*slo="${first}"\\} 10$`, 'm'))
    expect(sampleOf(text, 'assay_freshness_seconds{')).toBe(30)
    expect(sampleOf(text, 'assay_incidents_open{severity="page"}')).toBe(1)
    const incident = '{domain="checkout",event="Order Completed",severity="page",incident="inc_0123456789ab"}'
    expect(sampleOf(text, `assay_incident_started_timestamp_seconds${incident}`)).toBe((NOW - 60_000) / 1_000)
    expect(text).toMatch(new RegExp(`^assay_slo_outcome\\{.*slo="${first}",outcome="met"\\} 1`, 'm'))
    expect(text).toMatch(new RegExp(`^assay_slo_outcome\\{.*slo="${first}",outcome="violated"\\} 0`, 'm'))
  })

  test('a series goes away when it is no longer measured, and when another instance judges', async () => {
    const metrics = createMetrics({ version: '0.1.0' })
    metrics.recordWatermark('web', 4_000, 1_000)
    evaluate(metrics)
    expect(sampleOf(await metrics.text(), 'assay_watermark_delay_seconds{source="web"}')).toBe(4)
    metrics.recordWatermark('web', null, null)
    metrics.forgetVerdicts()
    const text = await metrics.text()
    expect(text).not.toMatch(/^assay_(watermark_delay_seconds|sli_ratio|slo_burn_rate|freshness_seconds)\{/m)
    expect(text).toMatch(/^assay_sli_total\{/m)
  })
})

test('what waits is told of the receivers that there are, and goes with them', async () => {
  const metrics = createMetrics({ version: '0.1.0' })
  metrics.recordWaiting(
    new Map([
      ['screen', 0],
      ['pd', 3],
    ]),
  )
  expect(sampleOf(await metrics.text(), 'assay_notifications_waiting{receiver="pd"}')).toBe(3)
  metrics.recordWaiting(new Map([['screen', 0]]))
  const text = await metrics.text()
  expect(sampleOf(text, 'assay_notifications_waiting{receiver="pd"}')).toBeUndefined()
  expect(sampleOf(text, 'assay_notifications_waiting{receiver="screen"}')).toBe(0)
})

test('a gauge that comes back to what it was after it was taken away is there again', async () => {
  const metrics = createMetrics({ version: '0.1.0' })
  for (let round = 0; round < 2; round++) {
    evaluate(metrics)
    expect(sampleOf(await metrics.text(), 'assay_incidents_open{severity="page"}')).toBe(1)
    metrics.forgetVerdicts()
    // A gauge without labels or series of its own would say 0.
    expect(await metrics.text()).not.toMatch(/^assay_incidents_open\{severity="page"\} 1$/m)
  }
})

test('past the bound one series takes the rest, and says that it did', async () => {
  const metrics = createMetrics({ version: '0.1.0', mostSeries: 3 })
  const events = Array.from({ length: 10 }, (_, index) => `Event ${index}`)
  metrics.recordCommit(plan, commitOf(events, { delays: new Map(events.map((event) => [event, [1_000]])) }))
  const text = await metrics.text()
  expect(text.match(/^assay_events_total\{/gm)).toHaveLength(4)
  expect(text).toMatch(
    /^assay_events_total\{domain="__overflow__",event="__overflow__",table="__overflow__",source="__overflow__"\} 35$/m,
  )
  expect(sampleOf(text, 'assay_metrics_overflow_total{metric="assay_events_total"}')).toBe(7)
  expect(text).toMatch(/^assay_event_delay_seconds_count\{.*"__overflow__"\} 7$/m)
})

test('the state is the same whatever the order, and tells nothing of the run', async () => {
  const [one, other] = [createMetrics({ version: '0.1.0' }), createMetrics({ version: '0.2.0', withProcess: true })]
  one.recordCommit(plan, commitOf(['Order Completed', 'Refund Issued'], { ingestDelay: null }))
  other.recordCommit(
    plan,
    commitOf(['Refund Issued'], {
      delays: new Map(),
      outcomes: { valid: 3, invalid: 2, unplanned: 0, undecodable: 0 },
      quarantined: new Map(),
    }),
  )
  other.recordCommit(plan, commitOf(['Order Completed']))
  evaluate(one)
  evaluate(other)
  const state = await one.state()
  expect(await other.state()).toBe(state)
  expect(state).not.toMatch(/process_|nodejs_|assay_build_info|duration|ingest_delay/)
  expect(state).toContain('assay_events_total{domain="checkout",event="Order Completed",source="web"} 5\n')
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

test.skipIf(!hasPromtool && !THOROUGH)(
  'promtool finds nothing to complain about (skipped without promtool)',
  async () => {
    const metrics = createMetrics({ version: '0.1.0', withProcess: true, mostSeries: 2 })
    metrics.prepare(plan, ['screen'])
    metrics.recordCommit(plan, commitOf(['Order Completed', 'Refund Issued', 'One More', 'quo"te\nline']))
    metrics.recordReload(false)
    metrics.recordNotification('screen', 'sent')
    evaluate(metrics)
    for (const input of [await metrics.text(), await metrics.state()]) {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
      expect(`${stdout}${stderr}`).toBe('')
      expect(status).toBe(0)
    }
  },
)

test('what overflows of the metrics of this run is counted as well', async () => {
  const metrics = createMetrics({ version: '1', mostSeries: 2 })
  const partitions = ['0', '1', '2'].map((partition) => ({ topic: 't', partition, records: 1, behind: null }))
  metrics.recordStreams(new Map([['web', { partitions, skew: new Map(), clockAhead: 0, lost: 0 }]]))
  expect(await metrics.text()).toContain('assay_metrics_overflow_total{metric="assay_kafka_consumer_lag_records"} 1')
})
