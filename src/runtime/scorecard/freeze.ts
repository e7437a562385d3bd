import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { freezesAt, type Month } from '../../report/scorecard/month.ts'
import { freezeScorecard } from '../../store/scorecards.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { isKnown, makeScorecard, type Scorecard } from './scorecard.ts'

/**
 * Freezes a month's scorecard as the store and the plan have it now. Null where it was frozen before, isn't due, or is unknown.
 * `assertLeads` throws where this process no longer leads, inside the transaction that writes.
 */
export async function freezeMonth(
  db: Database,
  plan: Plan,
  month: Month,
  now: Instant,
  assertLeads: (sql: Sql) => Promise<void>,
): Promise<Scorecard | null> {
  if (now < freezesAt(month) || !(await isKnown(db, month, now))) return null
  const card = await makeScorecard(db, plan, month, now)
  return db.transaction(async (sql) => {
    await assertLeads(sql)
    const stored = { month: month.name, plan: plan.hash, frozenAt: now, document: card.text }
    return (await freezeScorecard(sql, stored)) ? card : null
  })
}
