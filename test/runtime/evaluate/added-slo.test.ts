import { expect, it } from 'vitest'
import { DAY, HOUR, type Instant } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { allIncidents } from '../../../src/store/incidents.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { applyRetention } from '../../../src/store/retention.ts'
import { commitOf, seriesOf, stepOf } from '../../support/commits.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5)
const NOW = START + 6 * DAY
const KEPT = { minutes: 73 * HOUR, hours: 100 * DAY, quarantine: DAY, duplicates: DAY }
const everywhere = { source: null }
const fresh = { kind: 'freshness', maxAge: 2 * HOUR, minTotal: 0 } as const

it.each([
  ['names a source that the others do not name', everywhere, { source: 'web' }],
  ['names no source though all others do', { source: 'web' }, everywhere],
])(
  'an SLO that is added later and %s begins with the minutes that are kept, and the hours before them',
  async (_what, first, later) => {
    const db = await openStore({ type: 'sqlite', path: ':memory:' })
    const writer = await takeWriter(db)
    const series = seriesOf('Order Completed')
    const hours = (NOW - START) / HOUR
    const windows = Array.from({ length: hours }, (_, hour) => {
      const minute: Instant = START + hour * HOUR
      return { series, minute, counts: { ...emptyCounts(), received: 60, lastArrival: minute } }
    })
    const steps = [stepOf(null, '1', { observedUntil: NOW })]
    await commitIngest(db, writer, commitOf({ steps, delta: { windows, facets: [], findings: [] } }))
    const before = sloPlan({ ...first, name: 'before' })
    await (await evaluatorOf({ db, plan: planOf([before]) })).evaluate()
    await applyRetention(db, NOW, KEPT)

    const added = [sloPlan({ ...later, name: 'valid' }), sloPlan({ ...later, ...fresh, name: 'fresh' })]
    const evaluator = await evaluatorOf({ db, plan: planOf([before, ...added]) })
    const { minutes } = await evaluator.evaluate()
    expect(minutes).toBe(73 * 60)
    const standings = evaluator.accounts.standings()
    expect(standings.map(({ slo, at }) => [slo.name, at()])).toEqual([
      ['before', NOW],
      ['fresh', NOW],
      ['valid', NOW],
    ])
    // Every hour held a record: nothing of what has been removed is taken for silence.
    expect(standings.map((standing) => standing.sums().window)).toEqual([
      { bad: 0, total: 60 * hours },
      { bad: 0, total: 73 * 60 },
      { bad: 0, total: 60 * hours },
    ])
    expect(await allIncidents(db)).toEqual([])
    await db.close()
  },
)

it('an SLO that is taken out and put back days later makes up for what is kept of them', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const read = (from: string | null, until: Instant) =>
    commitIngest(db, writer, {
      source: 'web',
      steps: [
        { partition: 'all', from, to: String(until), observedUntil: until, listeningSince: null, complete: false },
      ],
      delta: {
        windows: [
          {
            series: { source: 'web', kind: 'planned', event: 'Order Completed' },
            minute: until - HOUR,
            counts: { ...emptyCounts(), received: 60, lastArrival: until - HOUR },
          },
        ],
        facets: [],
        findings: [],
      },
      rejects: [],
      samples: [],
      sightings: [],
    })
  const [stays, goes] = [sloPlan({ name: 'stays' }), sloPlan({ ...fresh, name: 'goes' })]
  await read(null, START + HOUR)
  await (await evaluatorOf({ db, plan: planOf([stays, goes]) })).evaluate()
  await read(String(START + HOUR), NOW)
  await (await evaluatorOf({ db, plan: planOf([stays]) })).evaluate()
  await applyRetention(db, NOW, KEPT)
  const evaluator = await evaluatorOf({ db, plan: planOf([stays, goes]) })
  expect((await evaluator.evaluate()).minutes).toBe(60)
  const [back] = evaluator.accounts.standings()
  expect([back?.at(), back?.newest(), back?.sums().window]).toEqual([NOW, NOW - HOUR, { bad: 0, total: 120 }])
  expect(await allIncidents(db)).toEqual([])
  await db.close()
})
