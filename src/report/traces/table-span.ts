import { type Instant, iso } from '../../model/time.ts'
import type { WindowCounts } from '../../model/window.ts'
import { ATTRIBUTE } from './names.ts'
import type { SpanAttributes, SpanStart } from './span.ts'

export interface TableToTrace {
  readonly table: string
  readonly warehouse: string
  /** What arrived in [from, until) is read. */
  readonly from: Instant
  readonly until: Instant
}

/** The span of one statement over a table and of what is stored of it. Table names come from contracts: never a value of a row. */
export function tableSpan({ table, warehouse, from, until }: TableToTrace): SpanStart {
  return {
    name: `read ${table}`,
    kind: 'client',
    attributes: {
      [ATTRIBUTE.database]: 'postgresql',
      [ATTRIBUTE.collection]: table,
      [ATTRIBUTE.warehouse]: warehouse,
      [ATTRIBUTE.table]: table,
      [ATTRIBUTE.readFrom]: iso(from),
      [ATTRIBUTE.readUntil]: iso(until),
    },
    links: [],
  }
}

/** What the statement found. */
export function tableResult(minutes: readonly { readonly counts: Readonly<WindowCounts> }[]): SpanAttributes {
  return {
    [ATTRIBUTE.minutes]: minutes.length,
    [ATTRIBUTE.received]: minutes.reduce((sum, { counts }) => sum + counts.received, 0),
  }
}
