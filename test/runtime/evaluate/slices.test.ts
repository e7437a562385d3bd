import { expect, it } from 'vitest'
import { DAY, HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { readSlices } from '../../../src/store/verdicts.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5)
const fresh = { kind: 'freshness', maxAge: 10 * DAY, minTotal: 0 } as const
const PLAN = planOf(
  [
    sloPlan({ ...fresh, name: 'web-freshness', source: 'web' }),
    sloPlan({ ...fresh, name: 'archive-freshness', source: 'archive' }),
  ],
  [
    { id: 'web', type: 'file', disabled: null },
    { id: 'archive', type: 'file', disabled: null },
  ],
)

it('an old archive that turns up takes nothing from the marks of an SLO of today', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const evaluator = await evaluatorOf({ db, plan: PLAN })
  const positions = new Map<string, string>()
  /** Reads a source up to `until`; `record`: the one that it held. */
  async function read(source: string, until: Instant, record: Instant | null = null): Promise<void> {
    const from = positions.get(source) ?? null
    positions.set(source, String(until))
    const series = { source, kind: 'planned', event: 'Order Completed' } as const
    const counts = { ...emptyCounts(), received: 1, lastArrival: record ?? 0 }
    await commitIngest(db, writer, {
      source,
      steps: [
        {
          partition: 'all',
          from,
          to: String(until),
          observedUntil: until,
          listeningSince: null,
          complete: false,
        },
      ],
      delta: { windows: record === null ? [] : [{ series, minute: record, counts }], facets: [], findings: [] },
      rejects: [],
      samples: [],
      sightings: [],
    })
  }
  const now = START + 4 * DAY
  await read('web', now, START)
  await evaluator.evaluate()
  const before = await readSlices(db, 'web-freshness', START)
  expect(before[0]).toEqual({ hour: START, marks: '+'.repeat(60) })
  expect(before).toHaveLength((4 * DAY) / HOUR)

  // In one round a minute of four days ago and one of today.
  await read('archive', START + HOUR + MINUTE, START + HOUR)
  await read('web', now + MINUTE)
  expect((await evaluator.evaluate()).judged).toBe(2)
  expect((await readSlices(db, 'web-freshness', START)).slice(0, before.length)).toEqual(before)
  await db.close()
})
