import { tableSource } from '../model/subject.ts'
import type { Instant } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { type NameCounts, nameCounts } from '../store/read/counts.ts'
import { type Span, seriesOf } from '../store/read/spans.ts'
import { type TableTrouble, tableTroubles } from '../store/read/table-troubles.ts'
import { observedUntil } from '../store/read/observed.ts'
import type { Sql } from '../store/sql.ts'
import { compareText } from '../model/order.ts'

/** A table, what arrived in it over a span, and how far it has been read. */
export interface TableLine {
  readonly table: TablePlan
  /** Null: nothing arrived. */
  readonly counts: NameCounts | null
  /** Everything that arrived before it has been counted; null: it was never read. */
  readonly countedUntil: Instant | null
  /** Why it can't be read now; null: it can. */
  readonly trouble: TableTrouble | null
}

/** The tables of a plan, by name. */
export async function tableLines(sql: Sql, plan: Plan, span: Span): Promise<readonly TableLine[]> {
  const names = [...plan.tables.keys()].sort(compareText)
  if (names.length === 0) return []
  const [counts, until, troubles] = await Promise.all([
    nameCounts(sql, span, seriesOf('table', names)),
    observedUntil(sql),
    tableTroubles(sql),
  ])
  const byName = new Map(counts.map((row) => [row.event, row]))
  return names.flatMap((name) => {
    const table = plan.tables.get(name)
    if (table === undefined) return []
    return {
      table,
      counts: byName.get(name) ?? null,
      countedUntil: until.get(tableSource(name)) ?? null,
      trouble: troubles.get(name) ?? null,
    }
  })
}

/** Why a table isn't read now, in words; null: it is. */
export function notReadWords({ table, trouble }: TableLine): string | null {
  if (table.status === 'planned') return 'planned: not read yet'
  const { disabled } = table.warehouse
  if (disabled !== null) return `its warehouse is disabled: ${disabled}`
  if (trouble === null) return null
  return `${trouble.message}${trouble.remedy === '' ? '' : ` ${trouble.remedy}`}`
}
