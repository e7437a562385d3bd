import { expect, it } from 'vitest'
import { type Duration, HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5, 7)

it.each([
  ['30 minutes', 30 * MINUTE],
  ['6 hours', 6 * HOUR],
])('an event that may be %s old is said to be silent since its last record', async (_age, maxAge: Duration) => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
  const facet = { platform: 'web', appVersion: null, library: null, partition: null }
  const rows = Array.from({ length: 60 }, (_, index) => {
    const minute = START + index * MINUTE
    return { series, minute, counts: { ...emptyCounts(), received: 10, lastArrival: minute } }
  })
  const until: Instant = START + HOUR + maxAge + 3 * HOUR
  await commitIngest(db, writer, {
    source: 'web',
    steps: [{ partition: 'all', from: null, to: '1', observedUntil: until, listeningSince: null, complete: false }],
    delta: { windows: rows, facets: rows.map((row) => ({ ...row, facet })), findings: [] },
    rejects: [],
    samples: [],
    sightings: [],
  })
  const plan = planOf([sloPlan({ kind: 'freshness', maxAge, minTotal: 0 })])
  const evaluator = await evaluatorOf({ db, plan })
  await evaluator.evaluate()
  expect(evaluator.openIncidents().map(({ explanation }) => explanation)).toEqual([['silent since 07:59']])
  await db.close()
})
