import { afterEach, beforeEach, expect, it } from 'vitest'
import { Failure } from '../../src/model/failure.ts'
import { MINUTE } from '../../src/model/time.ts'
import { emptyCounts } from '../../src/model/window.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { createEvaluateLoop, type EvaluateLoop } from '../../src/runtime/evaluate-loop.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { NO_ROUTES } from '../support/evaluator.ts'
import { planOf } from '../support/plan.ts'
import { sloPlan } from '../support/slo-plan.ts'
import { until } from '../support/until.ts'

const START = Date.UTC(2026, 0, 5, 7, 0)
let db: Database
beforeEach(async () => {
  db = await openStore({ type: 'sqlite', path: ':memory:' })
  const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
  const counts = { ...emptyCounts(), received: 1, lastArrival: START }
  await commitIngest(db, await takeWriter(db), {
    source: 'web',
    steps: [
      { partition: 'all', from: null, to: '1', observedUntil: START + MINUTE, listeningSince: null, complete: false },
    ],
    delta: { windows: [{ series, minute: START, counts }], facets: [], findings: [] },
    rejects: [],
    samples: [],
    sightings: [],
  })
})
afterEach(() => db.close())

/** The loop of a leader, with the names of the SLOs that each round knew. */
function start(plan: () => Plan) {
  const rounds: string[][] = []
  const logged: string[] = []
  const log = (_: object | string, text?: string): void => void logged.push(text ?? '')
  const stop = new AbortController()
  const loop = createEvaluateLoop({
    db,
    holder: 'test',
    plan,
    routes: () => NO_ROUTES,
    publicUrl: null,
    now: () => START,
    log: { info: log, warn: log, error: log },
    onRound: async (evaluator) => void rounds.push(evaluator.accounts.standings().map(({ slo }) => slo.name)),
    onLead: () => undefined,
  })
  const running = loop.run(stop.signal)
  const end = async () => {
    stop.abort()
    await running
  }
  return { loop, rounds, logged, end }
}

it('a plan that changes while the judge’s memory is being opened is the one that is judged by', async () => {
  const [before, after] = ['before', 'after'].map((name) => planOf([sloPlan({ name })]))
  let current = before
  let loop: EvaluateLoop | null = null
  const started = start(() => {
    // Once the loop has asked for it, and before it is done with opening.
    if (current === before && loop !== null) {
      const { reopen } = loop
      queueMicrotask(() => {
        current = after
        reopen()
      })
    }
    return current ?? planOf([])
  })
  await started.loop.settled()
  loop = started.loop
  loop.reopen()
  await loop.settled()
  await loop.settled()
  expect(started.rounds.at(-1)).toEqual(['after'])
  await started.end()
})

it('who waits for it after it has ended is not kept waiting', async () => {
  const { loop, end } = start(() => planOf([sloPlan()]))
  await loop.settled()
  await end()
  await loop.settled()
})

it('a store that does not answer for many rounds is logged when it begins and when it ends', async () => {
  const started = start(() => planOf([sloPlan()]))
  await started.loop.settled()
  const { transaction, all } = db
  let asked = 0
  const away = async (): Promise<never> => {
    asked += 1
    throw new Failure('store_unavailable', 'The store does not answer.', { retryable: true })
  }
  Object.assign(db, { transaction: away, all: away })
  const rounds = started.rounds.length
  for (let round = 0; round < 5; round += 1) {
    const before = asked
    started.loop.wake()
    await until('a round that fails', () => asked > before)
  }
  expect(started.rounds).toHaveLength(rounds)
  Object.assign(db, { transaction, all })
  await started.loop.settled()
  expect(started.logged).toEqual(['judging is paused: The store does not answer.', 'judging goes on'])
  await started.end()
})
