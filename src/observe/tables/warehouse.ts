import type { Duration, Instant } from '../../model/time.ts'
import type { Finding, WindowCounts } from '../../model/window.ts'
import type { TablePlan } from '../../plan/table-plan.ts'

/** What a pass asks of a table: what arrived in [from, until), both whole minutes. */
export interface ProfileRequest {
  readonly from: Instant
  readonly until: Instant
  /** A row later than this is late; null: no SLO says. */
  readonly maxDelay: Duration | null
}

/** What arrived in one minute. Counts and names of the contract: never a value of a row. */
export interface TableMinute {
  readonly minute: Instant
  readonly counts: WindowCounts
  readonly findings: readonly { readonly finding: Finding; readonly count: number }[]
}

/** Why a table can't be read now. The first two may pass; the others wait for somebody to mend something. */
export type WarehouseReason =
  | 'warehouse_unreachable'
  | 'warehouse_timeout'
  | 'table_missing'
  | 'column_missing'
  | 'column_type'
  | 'permission_denied'
  | 'statement_failed'

/**
 * A database whose tables are watched, read only. Its `Failure`s have a `WarehouseReason` as their code; those that may pass are
 * retryable. What each implementation promises is in `test/contract/warehouse.ts`.
 */
export interface Warehouse {
  readonly id: string
  /** What time the warehouse has. */
  readonly now: () => Promise<Instant>
  /** Everything that the contract asks, minute by minute, oldest first, from one state of the table; minutes without rows are left out. */
  readonly profile: (table: TablePlan, request: ProfileRequest) => Promise<readonly TableMinute[]>
  readonly close: () => Promise<void>
}
