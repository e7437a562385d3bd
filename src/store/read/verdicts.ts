import type { Instant } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Sql } from '../sql.ts'
import { listed, type Span } from './spans.ts'

/** The newest verdict of each SLO that has one, by name. `slos` limits the read. */
export async function latestVerdicts(sql: Sql, slos: readonly string[] | null = null): Promise<Map<string, Verdict>> {
  if (slos?.length === 0) return new Map()
  const names = listed(slos ?? [])
  const where = slos === null ? '' : `where slo in (${names.marks})`
  const rows = await sql.all<{ slo: string; document: string }>(
    `select slo, document from slo_state ${where}`,
    slos === null ? [] : names.values,
  )
  const verdicts = new Map<string, Verdict>()
  for (const { slo, document } of rows) {
    const { verdict } = JSON.parse(document) as { verdict?: Verdict | null }
    if (verdict) verdicts.set(slo, verdict)
  }
  return verdicts
}

/** The kept verdicts of one SLO over a span, oldest first, at most `limit` of the newest. */
export async function verdictCourse(sql: Sql, slo: string, span: Span, limit = 400): Promise<Verdict[]> {
  const rows = await sql.all<{ document: string }>(
    'select document from verdict where slo = ? and at >= ? and at <= ? order by at desc limit ?',
    [slo, span.from, span.to, limit],
  )
  return rows.map(({ document }) => JSON.parse(document) as Verdict).reverse()
}

/** Up to when the SLO that is furthest has been judged; null before the first verdict. */
export async function judgedUntil(sql: Sql): Promise<Instant | null> {
  const [row] = await sql.all<{ at: Instant | null }>('select max(evaluated_until) as at from slo_state')
  return row?.at ?? null
}
