import type { ColumnType } from '../config/table-contract.ts'
import type { Tier } from '../model/sli.ts'
import type { Duration } from '../model/time.ts'

/** A database whose tables are watched. */
export interface WarehousePlan {
  readonly id: string
  readonly type: string
  /** The longest time between two passes. */
  readonly longestGap: Duration
  readonly statementTimeout: Duration
  readonly overlap: Duration
  readonly safety: Duration
  readonly backfill: Duration
  /** Why it isn't read, in words; null: it is. */
  readonly disabled: string | null
}

/** One thing that is asked of every value of a column that isn't NULL. Keywords are those of JSON Schema; a pattern is written for SQL (`sqlPattern`). */
export type ColumnCheck =
  | { readonly keyword: 'enum'; readonly values: readonly (string | number | boolean)[] }
  | { readonly keyword: 'minimum' | 'maximum'; readonly bound: number | string }
  | { readonly keyword: 'minLength' | 'maxLength'; readonly length: number }
  | { readonly keyword: 'pattern'; readonly pattern: string }

export interface ColumnPlan {
  readonly name: string
  /** As written, or what its checks need; null: no matter which. */
  readonly type: ColumnType | null
  /** Never NULL. */
  readonly required: boolean
  /** Its fill counts for completeness. */
  readonly watched: boolean
  /** Its own fill goal in percent, outside the ratio; null: none. */
  readonly fill: number | null
  readonly checks: readonly ColumnCheck[]
  /** Class of private data; null: none. */
  readonly pii: string | null
}

/** A table contract, compiled. */
export interface TablePlan {
  /** `warehouse.schema.table`, each part quoted where it must be. */
  readonly name: string
  readonly slug: string
  readonly warehouse: WarehousePlan
  readonly schema: string
  readonly table: string
  readonly domain: string
  readonly description: string
  readonly status: 'planned' | 'active' | 'deprecated'
  /** As an event's. */
  readonly released?: string | null
  readonly owner: string
  readonly tier: Tier
  readonly arrivedAt: string
  readonly eventTime: string | null
  /** Rows that share all of these within the horizon are duplicates; null: not watched. */
  readonly key: { readonly columns: readonly string[]; readonly horizon: Duration } | null
  /** In the order written. */
  readonly columns: readonly ColumnPlan[]
}
