import { type Duration, HOUR, type Instant } from '../../model/time.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import type { Database } from '../../store/sql.ts'
import type { Accounts } from './accounts.ts'

/** A stretch before a silence or a table's bad rows that is looked at beside them. */
export const LOOKED_BACK: Duration = 2 * HOUR

/** What explanations are made from. */
export interface Grounds {
  readonly db: Database
  readonly plan: Plan
  readonly accounts: Accounts
}

/** A stretch of an SLO that is looked at: [from, until). */
export interface Stretch {
  readonly slo: SloPlan
  readonly from: Instant
  readonly until: Instant
}
