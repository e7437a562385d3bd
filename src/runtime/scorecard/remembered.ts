import { type Duration, type Instant, MINUTE } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { readMonth } from '../../report/scorecard/month.ts'
import type { Sql } from '../../store/sql.ts'
import { readOrMakeScorecard, type Scorecard } from './scorecard.ts'

/** How long a month that isn't frozen is served as it was worked out: a reader who reloads costs nothing. */
const REMEMBERED: Duration = MINUTE
const MOST = 12

/** Scorecards by the name of their month; one that isn't frozen is worked out at most once a minute for each plan. */
export function createScorecards(
  sql: Sql,
  plan: () => Plan,
  now: () => Instant,
): (month: string) => Promise<Scorecard | null> {
  const made = new Map<
    string,
    { readonly at: Instant; readonly plan: Plan; readonly card: Promise<Scorecard | null> }
  >()
  return (name) => {
    const current = plan()
    const month = readMonth(name, current.timezone)
    if (month === null) return Promise.resolve(null)
    const at = now()
    const known = made.get(name)
    if (known !== undefined && known.plan === current && at - known.at < REMEMBERED && at >= known.at) return known.card
    const card = readOrMakeScorecard(sql, current, month, at)
    if (made.size >= MOST) made.clear()
    made.set(name, { at, plan: current, card })
    card.catch(() => made.delete(name))
    return card
  }
}
