import { type Instant, MINUTE } from '../../../src/model/time.ts'
import type { WindowCounts } from '../../../src/model/window.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import type { Database } from '../../../src/store/sql.ts'
import { commitOf, countsOf, seriesOf, stepOf } from '../../support/commits.ts'
import { evaluatorOf } from '../../support/evaluator.ts'

/** A stretch in which a collector listened, and what arrived in its minutes. */
export interface Listened {
  readonly from: Instant
  readonly to: Instant
  readonly records?: readonly (Partial<WindowCounts> & { readonly at: Instant; readonly event?: string })[]
}

/** Fills a store with what one collector received in some stretches, and judges every minute of it, which takes 0.1 ms each, or none. */
export async function listen(db: Database, plan: Plan, stretches: readonly Listened[], judge = true): Promise<void> {
  const writer = await takeWriter(db)
  const positions = await db.all<{ position: string }>('select position from position where source = ?', ['web'])
  let position = positions[0]?.position ?? null
  for (const { from, to, records = [] } of stretches) {
    const windows = records.map(({ at, event = 'Order Completed', ...counts }) => {
      const { received = 0 } = counts
      return {
        series: {
          ...seriesOf(event),
          kind: plan.events.has(event) ? ('planned' as const) : ('unplanned' as const),
        },
        minute: Math.floor(at / MINUTE) * MINUTE,
        counts: countsOf(received, { lastArrival: at, ...counts }),
      }
    })
    const next = String(to)
    const step = stepOf(position, next, { observedUntil: to, listeningSince: from })
    await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: [], findings: [] } }))
    position = next
  }
  if (judge) await judgeAll(db, plan)
  await writer.release()
}

async function judgeAll(db: Database, plan: Plan): Promise<void> {
  const evaluator = await evaluatorOf({ db, plan })
  await evaluator.evaluate()
}
