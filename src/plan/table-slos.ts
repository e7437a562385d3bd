import type { Located } from '../config/project.ts'
import type { SloConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import type { SliKind } from '../model/sli.ts'
import type { Duration } from '../model/time.ts'
import type { BurnRow } from './plan.ts'
import type { TablePlan } from './table-plan.ts'

/**
 * The rows of an SLO on a table: a short window is at least twice the schedule, so that it never rests on one pass alone.
 * `tooShort`: rows whose long window isn't longer than that.
 */
export function tableRows(
  { rows, impossible }: { readonly rows: readonly BurnRow[]; readonly impossible: readonly BurnRow[] },
  longestGap: Duration,
): { rows: readonly BurnRow[]; impossible: readonly BurnRow[]; tooShort: readonly BurnRow[] } {
  const least = 2 * longestGap
  const tooShort = rows.filter(({ long }) => long <= least)
  const left = rows.filter(({ long }) => long > least)
  return { rows: left.map((row) => ({ ...row, short: Math.max(row.short, least) })), impossible, tooShort }
}

/** Whether the contract of a table says enough for an SLI of this kind. */
export function watchesOnTable(table: TablePlan, kind: SliKind): boolean {
  switch (kind) {
    case 'validity':
      return table.columns.some(({ type, required, checks }) => required || type !== null || checks.length > 0)
    case 'completeness':
      return table.columns.some(({ watched }) => watched)
    case 'uniqueness':
      return table.key !== null
    case 'timeliness':
      return table.eventTime !== null
    case 'freshness':
    case 'volume':
    case 'landing':
    case 'lag':
      return true
  }
}

const NEEDS: Readonly<Partial<Record<SliKind, string>>> = {
  validity: 'columns with a type, required, or another check',
  completeness: 'a column with required: true',
  uniqueness: 'a key, for example key: order_id',
  timeliness: 'an event_time column',
}

/** What an SLO asks of a table that its contract doesn't say. */
export function tableParameterProblems(located: Located<SloConfig>, table: TablePlan): Problem[] {
  const { kind, source } = located.value.sli
  const problems: Problem[] = []
  if (source !== undefined) {
    const message = 'a table is its own source: leave source out'
    problems.push(located.problem(['sli', 'source'], message, 'error', true))
  }
  if (!watchesOnTable(table, kind)) {
    const message = `${kind} has nothing to count: the contract of ${table.name} needs ${NEEDS[kind]}`
    problems.push(located.problem(['sli', 'kind'], message))
  }
  return problems
}
