import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { freezesAt, type Month } from '../../report/scorecard/month.ts'
import { freezeScorecard } from '../../store/scorecards.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { makeScorecard } from './scorecard.ts'

/**
 * Freezes a month's scorecard as the store and the plan have it now. False where it is frozen already, or isn't due.
 * `assertLeads` throws where this process no longer leads, inside the transaction that writes.
 */
export async function freezeMonth(
  db: Database,
  plan: Plan,
  month: Month,
  now: Instant,
  assertLeads: (sql: Sql) => Promise<void>,
): Promise<boolean> {
  if (now < freezesAt(month)) return false
  const { text } = await makeScorecard(db, plan, month, now)
  return db.transaction(async (sql) => {
    await assertLeads(sql)
    return freezeScorecard(sql, { month: month.name, plan: plan.hash, frozenAt: now, document: text })
  })
}
