import { type Instant, floorTo, HOUR, MINUTE } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { SCHEMA_VERSION } from '../../report/documents/verdict.ts'
import type { ScorecardDocument } from '../../report/scorecard/document.ts'
import { freezesAt, type Month, monthAfter, monthAt, monthBefore } from '../../report/scorecard/month.ts'
import { scorecardDocument } from '../../report/scorecard/scorecard.ts'
import { hoursKept } from '../../store/read/month.ts'
import { judgedUntil } from '../../store/read/verdicts.ts'
import { readScorecard } from '../../store/scorecards.ts'
import type { Sql } from '../../store/sql.ts'
import { monthFacts } from './facts.ts'

/** A month's scorecard as JSON text, and as what it says. */
export interface Scorecard {
  readonly text: string
  readonly document: ScorecardDocument
}

/**
 * A month's scorecard: the frozen one byte for byte, whatever became of the plan; else worked out from what the store holds at
 * `now`. Null where nothing is known of the month: it hasn't begun, or lies before everything that was kept.
 */
export async function readOrMakeScorecard(sql: Sql, plan: Plan, month: Month, now: Instant): Promise<Scorecard | null> {
  const stored = await readScorecard(sql, month.name)
  if (stored !== null) return { text: stored.document, document: JSON.parse(stored.document) as ScorecardDocument }
  return (await isKnown(sql, month, now)) ? makeScorecard(sql, plan, month, now) : null
}

/** Works a month out from what the store holds, whether it is frozen or not. The same data and plan give the same bytes. */
export async function makeScorecard(sql: Sql, plan: Plan, month: Month, now: Instant): Promise<Scorecard> {
  const before = await cardBefore(sql, plan, month, now)
  const document = await made(sql, plan, month, now, before)
  return { text: JSON.stringify(document), document }
}

/** One entry a month that the store knows of, up to what has been judged: what a replay writes. */
export async function scorecardOfArchive(sql: Sql, plan: Plan): Promise<object> {
  const months: ScorecardDocument[] = []
  const kept = await hoursKept(sql)
  const until = await judgedUntil(sql)
  if (kept !== null && until !== null) {
    const end = Math.max(until, kept.to + HOUR)
    let before: ScorecardDocument | null = null
    for (let month = monthAt(kept.from, plan.timezone); month.from < end; month = monthAfter(month)) {
      before = await made(sql, plan, month, end, before)
      months.push(before)
    }
  }
  return { schema_version: SCHEMA_VERSION, plan: plan.hash, months }
}

async function made(
  sql: Sql,
  plan: Plan,
  month: Month,
  now: Instant,
  before: ScorecardDocument | null,
): Promise<ScorecardDocument> {
  const facts = await monthFacts(sql, plan, month, Math.min(month.to, floorTo(now, MINUTE)))
  return scorecardDocument(facts, { before, frozen: now >= freezesAt(month) })
}

/** The month before's, frozen or worked out, without a change of its own. */
async function cardBefore(sql: Sql, plan: Plan, month: Month, now: Instant): Promise<ScorecardDocument | null> {
  const before = monthBefore(month)
  const stored = await readScorecard(sql, before.name)
  if (stored !== null) return JSON.parse(stored.document) as ScorecardDocument
  return (await isKnown(sql, before, now)) ? made(sql, plan, before, now, null) : null
}

/** Whether the store holds anything of a month: hours of it, or of before and after it. */
export async function isKnown(sql: Sql, month: Month, now: Instant): Promise<boolean> {
  if (month.from >= now) return false
  const kept = await hoursKept(sql)
  return kept !== null && kept.from < month.to
}
