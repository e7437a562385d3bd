import { tableSource } from '../../model/subject.ts'
import type { Instant } from '../../model/time.ts'
import type { TableMinute } from '../../observe/tables/warehouse.ts'
import type { TablePlan } from '../../plan/table-plan.ts'
import { tableResult, tableSpan } from '../../report/traces/table-span.ts'
import type { Span, Tracing } from './tracing.ts'

/** Runs one statement over a table, and the commit of what it found, in a span. */
export function traceTable<Result>(
  tracing: Tracing,
  { name, warehouse }: TablePlan,
  from: Instant,
  until: Instant,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  return tracing.traced(() => tableSpan({ table: name, warehouse: warehouse.id, from, until }), work)
}

/** What a statement found is stored: incidents of the table can point at it. */
export function rememberTable(
  { on, evidence }: Tracing,
  span: Span,
  table: string,
  minutes: readonly TableMinute[],
): void {
  if (!on) return
  span.set(() => tableResult(minutes))
  if (span.context?.sampled !== true) return
  const source = tableSource(table)
  const series = { source, kind: 'table', event: table } as const
  const windows = minutes.map(({ minute, counts }) => ({ series, minute, counts }))
  evidence.remember({ source, span: span.context, windows, records: [], rejects: [], placeOf: () => '' })
}
