import { expect, it } from 'vitest'
import { HOUR, iso, MINUTE, SECOND } from '../../src/model/time.ts'
import { emptyCounts } from '../../src/model/window.ts'
import { createMetrics } from '../../src/report/metrics/registry.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { afterRoundOf } from '../support/after-round.ts'
import { evaluatorOf } from '../support/evaluator.ts'
import { planOf } from '../support/plan.ts'
import { sloPlan } from '../support/slo-plan.ts'
import { order, startTraced } from '../support/traced-daemon.ts'
import { until } from '../support/until.ts'

it('after a reload the gauges of SLOs come back with the next round, not with the next minute', async () => {
  const daemon = await startTraced({
    'rules/assay.yaml': 'version: 1\nstore: { type: sqlite, path: ":memory:" }\nsources: [{ id: web, type: http }]\n',
  })
  const gauges = async (): Promise<number> =>
    ((await (await fetch(`${daemon.url}/metrics`)).text()).match(/^assay_slo_objective_ratio\{/gm) ?? []).length
  expect(await daemon.send([order('o-1')])).toBe(200)
  daemon.forward(2 * MINUTE)
  const before = await until('a judged minute', gauges)
  const judged = daemon.status().judgedUntil
  await daemon.reload()
  await until('the gauges', async () => (await gauges()) === before)
  // Unless a minute ended meanwhile, which the world's clock may bring.
  expect((daemon.status().judgedUntil ?? 0) - (judged ?? 0)).toBeLessThanOrEqual(MINUTE)
  await daemon.stop()
})

it('after a restart open incidents and SLOs are shown with the first round, though no minute has ended', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const plan = planOf([sloPlan({ name: 'order-validity' })])
  await commitIngest(db, await takeWriter(db), {
    source: 'web',
    steps: [
      { partition: 'all', from: null, to: '1', observedUntil: 5 * MINUTE, listeningSince: null, complete: false },
    ],
    delta: {
      windows: Array.from({ length: 5 }, (_, index) => ({
        series: { source: 'web', kind: 'planned', event: 'Order Completed' },
        minute: index * MINUTE,
        counts: { ...emptyCounts(), received: 50, identified: 50, invalid: 50, lastArrival: index * MINUTE },
      })),
      facets: [],
      findings: [],
    },
    rejects: [],
    samples: [],
    sightings: [],
  })
  await (await evaluatorOf({ db, plan })).evaluate()

  const metrics = createMetrics({ version: 'test' })
  const { onRound, forget, judgedUntil } = afterRoundOf({ db, plan: () => plan, metrics, now: () => 6 * MINUTE })
  const again = await evaluatorOf({ db, plan })
  for (const _ of ['at the start', 'when the lead comes back']) {
    const evaluation = await again.evaluate()
    expect(evaluation.judged).toBe(0)
    await onRound(again, evaluation, 0)
    const text = await metrics.text()
    expect(text).toContain('assay_incidents_open{severity="page"} 1')
    expect(text).toMatch(/^assay_slo_error_budget_remaining_ratio\{.*slo="order-validity"\} -9[89]/m)
    expect(judgedUntil()).toBe(5 * MINUTE)
    forget()
  }
  await db.close()
})

it('how long judging and storing took is told in seconds', async () => {
  const event = { type: 'track', event: 'Order Completed', messageId: 'm1', receivedAt: iso(Date.now() - 10 * MINUTE) }
  const began = performance.now()
  const daemon = await startTraced({
    'rules/assay.yaml':
      'version: 1\nstore: { type: sqlite, path: ":memory:" }\nsources: [{ id: files, type: file, paths: ["data/*.ndjson"], format: { type: segment } }]\n',
    'data/events.ndjson': `${JSON.stringify({ ...event, properties: { order_id: 'o-1' } })}\n`,
  })
  const value = async (series: string): Promise<number> => {
    const text = await (await fetch(`${daemon.url}/metrics`)).text()
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.slice(series.length),
    )
  }
  await until('a judged round', async () => (await value('assay_evaluation_duration_seconds_count')) > 0)
  expect(await value('assay_ingest_delay_seconds_sum{source="files"}')).toBeGreaterThanOrEqual(600)
  const judging = await value('assay_evaluation_duration_seconds_sum')
  expect(judging).toBeGreaterThan(1e-4)
  expect(judging).toBeLessThan((performance.now() - began) / 1_000)
  await daemon.stop()
})

it('a step of the clock is told from rounds that the store held up', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const plan = planOf([])
  const evaluator = await evaluatorOf({ db, plan })
  const warned: string[] = []
  let [now, steady] = [Date.UTC(2026, 0, 5), 0]
  const { onRound } = afterRoundOf({
    db,
    plan: () => plan,
    now: () => now,
    steady: () => steady,
    log: {
      info: () => undefined,
      warn: (_: object, text?: string) => void warned.push(text ?? ''),
      error: () => undefined,
    },
  })
  const round = async (clock: number, passed: number) => {
    now += clock
    steady += passed
    await onRound(evaluator, await evaluator.evaluate(), 0)
  }
  await round(10 * MINUTE, 10 * MINUTE)
  expect(warned).toEqual([])
  await round(HOUR, SECOND)
  expect(warned.splice(0)).toEqual([expect.stringContaining('slept')])
  await round(-HOUR, SECOND)
  expect(warned).toEqual([expect.stringContaining('set back by 1 h')])
  await db.close()
})
