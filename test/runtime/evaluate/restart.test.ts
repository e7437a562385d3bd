import { expect, it } from 'vitest'
import { DAY, HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { applyRetention } from '../../../src/store/retention.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5)
/** Longer than minutes are kept, in the middle of an hour. */
const RESTART = START + 92 * HOUR + 25 * MINUTE
const AFTER: readonly Instant[] = [RESTART, RESTART + MINUTE, RESTART + 2 * HOUR]
const DAYTIME = { days: [0, 1, 2, 3, 4, 5, 6], from: 8 * 60, to: 22 * 60, timezone: 'Europe/Berlin' }
const fresh = { kind: 'freshness', maxAge: 10 * MINUTE, minTotal: 0 } as const
const PLAN = planOf([
  sloPlan({ name: 'month' }),
  sloPlan({ name: 'day', window: DAY }),
  sloPlan({ name: 'two-days', window: 2 * DAY }),
  sloPlan({ name: 'thirty-hours', window: 30 * HOUR }),
  sloPlan({ name: 'daytime', active: DAYTIME }),
  sloPlan({ name: 'daytime-for-a-day', active: DAYTIME, window: DAY }),
  sloPlan({ name: 'fresh-month', ...fresh }),
  sloPlan({ name: 'fresh-day', ...fresh, window: DAY }),
  sloPlan({ name: 'fresh-daytime', ...fresh, active: DAYTIME }),
])

/** Days with a bad minute in each hour, an hour of nothing but bad ones and an hour of silence now and then. */
async function shop() {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
  let position: string | null = null
  async function read(from: Instant, until: Instant): Promise<void> {
    const windows = []
    for (let minute = from; minute < until; minute += MINUTE) {
      const [hour, ofHour] = [Math.floor((minute - START) / HOUR), (minute / MINUTE) % 60]
      if (hour % 17 === 5 && ofHour < 45) continue
      const invalid = hour % 31 === 3 ? 10 : ofHour === hour % 60 ? 1 : 0
      const counts = { ...emptyCounts(), received: 10, identified: 10, invalid, lastArrival: minute + 1 }
      windows.push({ series, minute, counts })
    }
    const step = { partition: 'all', observedUntil: until, listeningSince: null, complete: false }
    await commitIngest(db, writer, {
      source: 'web',
      steps: [{ ...step, from: position, to: String(until) }],
      delta: { windows, facets: [], findings: [] },
      rejects: [],
      samples: [],
      sightings: [],
    })
    position = String(until)
  }
  await read(START, RESTART)
  return { db, read, open: () => evaluatorOf({ db, plan: PLAN }) }
}

it('a restart changes no verdict, though retention has removed minutes that it goes by', async () => {
  const lived = await shop()
  const evaluator = await lived.open()
  await evaluator.evaluate()

  const restarted = await shop()
  await (await restarted.open()).evaluate()
  const kept = { minutes: 48 * HOUR, hours: 100 * DAY, quarantine: DAY, duplicates: DAY }
  await applyRetention(restarted.db, RESTART, kept)
  const again = await restarted.open()

  for (const [index, until] of AFTER.entries()) {
    const from = AFTER[index - 1]
    if (from === undefined) continue
    await lived.read(from, until)
    await evaluator.evaluate()
    await restarted.read(from, until)
    await again.evaluate()
    expect([...again.newest()].sort()).toEqual([...evaluator.newest()].sort())
    expect(again.openIncidents()).toEqual(evaluator.openIncidents())
  }
  await lived.db.close()
  await restarted.db.close()
})
