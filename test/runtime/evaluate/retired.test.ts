import { expect, test } from 'vitest'
import type { Notification } from '../../../src/alert/notification.ts'
import { type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import type { EvaluatorDeps } from '../../../src/runtime/evaluate/evaluator.ts'
import { allIncidents } from '../../../src/store/incidents.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { deliveriesOf } from '../../../src/store/outbox.ts'
import { commitOf, seriesOf, stepOf } from '../../support/commits.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5, 7, 0)
const BROKEN = sloPlan({ name: 'order-validity' })
const OTHER = sloPlan({ name: 'order-uniqueness', kind: 'uniqueness' })
const ROUTES: EvaluatorDeps['routes'] = {
  receivers: [{ name: 'screen', console: {} }],
  routes: [{ to: ['screen'] }],
  inhibitions: [],
  maintenance: [],
}

/** An incident of `BROKEN` that is open at the end: 20 minutes, of which the last ten are all bad. */
async function shopWithIncident() {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const series = seriesOf('Order Completed')
  const windows = Array.from({ length: 20 }, (_, index) => {
    const minute = START + index * MINUTE
    const counts = { ...emptyCounts(), received: 50, identified: 50, invalid: index < 10 ? 0 : 50, lastArrival: minute }
    return { series, minute, counts }
  })
  const until: Instant = START + 20 * MINUTE
  const steps = [stepOf(null, '1', { observedUntil: until })]
  await commitIngest(db, writer, commitOf({ steps, delta: { windows, facets: [], findings: [] } }))
  const open = (slos: EvaluatorDeps['plan']['slos']) =>
    evaluatorOf({ db, plan: planOf(slos) }, { routes: ROUTES, collapses: false })
  const first = await open([BROKEN, OTHER])
  await first.evaluate()
  expect(first.openIncidents()).toMatchObject([{ slos: [BROKEN.name] }])
  return { db, open }
}

test.each([
  ['another SLO of the event stays', [OTHER]],
  ['no SLO at all stays', []],
  ['the SLO is another event’s now', [sloPlan({ ...BROKEN, event: 'Order Shipped' })]],
])('an incident whose SLOs have left the plan is resolved by hand: %s', async (_what, slos) => {
  const { db, open } = await shopWithIncident()
  const evaluator = await open(slos)
  expect(evaluator.openIncidents()).toEqual([])
  const { changes, notifications } = await evaluator.evaluate()
  expect(changes.map(({ change }) => change)).toEqual(['manual'])
  expect(notifications.map(({ action, receiver }) => [action, receiver])).toEqual([['resolve', 'screen']])
  expect(notifications[0]?.message.summary).toContain('closed because its SLOs were taken out of the rules')

  const [incident, ...more] = await allIncidents(db)
  expect(more).toEqual([])
  expect(incident).toMatchObject({ resolution: 'manual', noData: false, notifications: 2 })
  expect(incident?.resolvedAt).toBe(START + 20 * MINUTE)
  expect(incident?.endedAt).toBe(START + 19 * MINUTE)
  const told = await deliveriesOf<Notification>(db, incident?.id ?? '')
  expect(told.map(({ document }) => document.action)).toEqual(['trigger', 'resolve'])

  const again = await open(slos)
  expect((await again.evaluate()).changes).toEqual([])
  expect(await allIncidents(db)).toEqual([incident])
  await db.close()
})

test('one that keeps any of its SLOs stays open', async () => {
  const { db, open } = await shopWithIncident()
  const evaluator = await open([BROKEN])
  await evaluator.evaluate()
  expect(evaluator.openIncidents()).toMatchObject([{ slos: [BROKEN.name], resolution: null }])
  await db.close()
})
