import { expect, it } from 'vitest'
import { type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { createMetrics } from '../../../src/report/metrics/registry.ts'
import { createAfterRound } from '../../../src/runtime/after-round.ts'
import type { EvaluatorDeps } from '../../../src/runtime/evaluate/evaluator.ts'
import { NO_TRACING } from '../../../src/runtime/tracing/tracing.ts'
import { allIncidents } from '../../../src/store/incidents.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { allOutbox } from '../../../src/store/outbox.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5, 7, 0)
const PLAN = planOf([sloPlan({ name: 'order-validity' })])
const ROUTES: EvaluatorDeps['routes'] = {
  receivers: [{ name: 'screen', console: {} }],
  routes: [{ to: ['screen'] }],
  inhibitions: [],
  maintenance: [],
}

it('a source that stood still before a restart and still does is told of once, until it moves', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  let now: Instant = START + MINUTE

  async function readUntil(from: Instant | null, until: Instant): Promise<void> {
    const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
    const counts = { ...emptyCounts(), received: 1, lastArrival: START }
    await commitIngest(db, writer, {
      source: 'web',
      steps: [
        {
          partition: 'all',
          from: from === null ? null : String(from),
          to: String(until),
          observedUntil: until,
          listeningSince: null,
          complete: false,
        },
      ],
      delta: { windows: from === null ? [{ series, minute: START, counts }] : [], facets: [], findings: [] },
      rejects: [],
      samples: [],
      sightings: [],
    })
  }

  /** What a process does that takes the lead: answers how it runs a round a minute for some minutes. */
  async function lead() {
    const evaluator = await evaluatorOf({ db, plan: PLAN }, { routes: ROUTES })
    const afterRound = createAfterRound({
      db,
      plan: () => PLAN,
      metrics: createMetrics({ version: 'test' }),
      rhythm: () => MINUTE,
      troubles: () => new Map(),
      tracing: NO_TRACING,
      tellLineage: () => undefined,
      onNotifications: () => undefined,
      onJudged: () => undefined,
      now: () => now,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
    return async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await afterRound.onRound(evaluator, await evaluator.evaluate(), 0)
        now += MINUTE
      }
    }
  }
  const told = async () => (await allOutbox(db)).map(({ action }) => action)
  const states = async () => (await allIncidents(db)).map(({ resolution }) => resolution)

  await readUntil(null, START + MINUTE)
  await (await lead())(5)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])

  const second = await lead()
  await second(1)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])
  await second(5)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])

  await readUntil(START + MINUTE, now)
  await second(1)
  expect((await states())[0]).toBe('recovered')
  await db.close()
})
