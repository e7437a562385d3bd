import type { Instant } from '../model/time.ts'
import type { Sql } from './sql.ts'

/** A month's scorecard as it was frozen. */
export interface StoredScorecard {
  /** `2026-10` */
  readonly month: string
  /** Hash of the plan it was worked out with. */
  readonly plan: string
  readonly frozenAt: Instant
  /** JSON text, served byte for byte. */
  readonly document: string
}

/** The frozen scorecard of a month; null: it isn't frozen. */
export async function readScorecard(sql: Sql, month: string): Promise<StoredScorecard | null> {
  const [row] = await sql.all<StoredScorecard>(
    'select month, plan, frozen_at as "frozenAt", document from scorecard where month = ?',
    [month],
  )
  return row ?? null
}

/** Freezes a month once and for all. False where it was frozen before: what stands stays. */
export async function freezeScorecard(
  sql: Sql,
  { month, plan, frozenAt, document }: StoredScorecard,
): Promise<boolean> {
  const changed = await sql.run(
    'insert into scorecard (month, plan, frozen_at, document) values (?, ?, ?, ?) on conflict (month) do nothing',
    [month, plan, frozenAt, document],
  )
  return changed === 1
}
