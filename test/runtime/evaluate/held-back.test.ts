import { expect, it } from 'vitest'
import { type Instant, iso, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import type { EvaluatorDeps } from '../../../src/runtime/evaluate/evaluator.ts'
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
const NO_ROUTE = { receivers: [{ name: 'screen', console: {} }], routes: [], inhibitions: [], maintenance: [] }

/** A shop in which everything breaks after ten minutes, judged minute by minute. */
async function brokenShop() {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  let minutes = 0
  const open = (routes: EvaluatorDeps['routes']) => evaluatorOf({ db, plan: PLAN }, { routes })

  async function minute(): Promise<Instant> {
    const start = START + minutes * MINUTE
    const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
    const counts = { ...emptyCounts(), received: 50, invalid: minutes < 10 ? 0 : 50, lastArrival: start }
    await commitIngest(db, writer, {
      source: 'web',
      steps: [
        {
          partition: 'all',
          from: minutes === 0 ? null : String(minutes),
          to: String(minutes + 1),
          observedUntil: start + MINUTE,
          listeningSince: null,
          complete: false,
        },
      ],
      delta: { windows: [{ series, minute: start, counts }], facets: [], findings: [] },
      rejects: [],
      samples: [],
      sightings: [],
    })
    minutes += 1
    return start + MINUTE
  }
  const said = async () => {
    const [incident] = await allIncidents(db)
    return incident?.timeline.filter(({ what }) => what === 'notified').map(({ at, text }) => [at - START, text]) ?? []
  }
  return { db, open, minute, said }
}

it('an alert that a maintenance window holds back goes out when the window ends, whatever was restarted or reloaded meanwhile', async () => {
  const { db, open, minute, said } = await brokenShop()
  const to = START + 24 * MINUTE
  const routes: EvaluatorDeps['routes'] = {
    ...NO_ROUTE,
    routes: [{ to: ['screen'] }],
    maintenance: [{ from: iso(START), to: iso(to), reason: 'known' }],
  }
  let evaluator = await open(routes)
  for (let at = START; at < START + 20 * MINUTE; ) {
    at = await minute()
    await evaluator.evaluate()
  }
  expect(evaluator.openIncidents()).toHaveLength(1)
  evaluator = await open(routes)
  for (let at = START; at < START + 25 * MINUTE; ) {
    at = await minute()
    await evaluator.evaluate()
  }
  expect((await allOutbox(db)).map(({ at, action }) => [at, action])).toEqual([[to, 'trigger']])
  expect(await said()).toEqual([
    [expect.any(Number), `maintenance until ${iso(to)}: known`],
    [to - START, 'written for screen (trigger)'],
  ])
  await db.close()
})

it('an incident that no route matches is not looked at again each minute', async () => {
  const { db, minute, said } = await brokenShop()
  let looks = 0
  const all: typeof db.all = (text, values) => {
    if (text.includes('facet_minute')) looks += 1
    return db.all(text, values)
  }
  const evaluator = await evaluatorOf({ db: { ...db, all }, plan: PLAN }, { routes: NO_ROUTE })
  for (let at = START; at < START + 25 * MINUTE; ) {
    at = await minute()
    await evaluator.evaluate()
  }
  expect(evaluator.openIncidents()).toHaveLength(1)
  expect(await said()).toEqual([[expect.any(Number), 'no route matches: nobody is told']])
  // When it opened, and when it was five minutes old.
  expect(looks).toBe(2)
  await db.close()
})
