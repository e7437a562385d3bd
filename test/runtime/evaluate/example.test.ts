import { expect, it } from 'vitest'
import { type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5, 7)
const ROUTES = {
  receivers: [{ name: 'screen', console: {} }],
  routes: [{ to: ['screen'] }],
  inhibitions: [],
  maintenance: [],
}

it.each([
  ['validity', true],
  ['completeness', true],
  ['uniqueness', false],
  ['timeliness', false],
] as const)('an incident of %s shows a record that breaks its contract: %s', async (kind, isShown) => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
  const until: Instant = START + 20 * MINUTE
  await commitIngest(db, writer, {
    source: 'web',
    steps: [{ partition: 'all', from: null, to: '1', observedUntil: until, listeningSince: null, complete: false }],
    delta: {
      windows: Array.from({ length: 20 }, (_, index) => {
        const bad = index < 10 ? 0 : 50
        const counts = { invalid: bad, incomplete: bad, identified: 50, duplicates: bad, timed: 50, late: bad }
        const minute = START + index * MINUTE
        return { series, minute, counts: { ...emptyCounts(), ...counts, received: 50, lastArrival: minute } }
      }),
      facets: [],
      findings: [],
    },
    rejects: [
      {
        source: 'web',
        position: 'line 1',
        arrivedAt: START + 10 * MINUTE,
        event: 'Order Completed',
        reason: 'invalid',
        violations: [{ path: '/order_id', keyword: 'required', message: 'missing' }],
        payload: '{"revenue":9.5}',
      },
    ],
    samples: [],
    sightings: [],
  })
  const plan = planOf([sloPlan({ kind, maxDelay: kind === 'timeliness' ? MINUTE : null })])
  const evaluator = await evaluatorOf({ db, plan }, { routes: ROUTES })
  const { notifications } = await evaluator.evaluate()
  const [incident] = evaluator.openIncidents()
  expect(incident?.explanation.some((words) => words.startsWith('for example'))).toBe(isShown)
  expect(notifications.map(({ message }) => message.example)).toEqual([isShown ? '{"revenue":9.5}' : null])
  await db.close()
})
