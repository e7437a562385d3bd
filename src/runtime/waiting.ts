import { Failure } from '../model/failure.ts'
import { type Duration, SECOND } from '../model/time.ts'
import type { Metrics } from '../report/metrics/registry.ts'
import { waitingCounts } from '../store/outbox.ts'
import type { Database } from '../store/sql.ts'
import { every } from './repeat.ts'

const EVERY: Duration = 10 * SECOND

/** Tells how many notifications wait for each receiver, where this process delivers: a lane that hangs sends nothing, and says nothing. */
export function watchWaiting(
  db: Database,
  { leads, receivers, metrics }: { leads: () => boolean; receivers: () => readonly string[]; metrics: Metrics },
  signal: AbortSignal,
): Promise<void> {
  return every(EVERY, signal, async () => {
    try {
      const none = receivers().map((receiver): [string, number] => [receiver, 0])
      metrics.recordWaiting(leads() ? new Map([...none, ...(await waitingCounts(db))]) : new Map())
    } catch (error) {
      // A store that doesn't answer is told by whoever needs it; what was counted last stays.
      if (!(error instanceof Failure)) throw error
    }
  })
}
