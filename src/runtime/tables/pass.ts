import { Failure } from '../../model/failure.ts'
import { tableSource } from '../../model/subject.ts'
import { type Duration, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { ProfileRequest, TableMinute, Warehouse } from '../../observe/tables/warehouse.ts'
import type { TablePlan } from '../../plan/table-plan.ts'
import type { Writer } from '../../store/leases.ts'
import { readPositions } from '../../store/positions.ts'
import type { Database } from '../../store/sql.ts'
import { commitTable } from '../../store/tables.ts'
import { HOLDS_BACK } from '../retention-clock.ts'
import { rememberTable, traceTable } from '../tracing/table.ts'
import { NO_TRACING, type Tracing } from '../tracing/tracing.ts'

export interface PassDeps {
  readonly db: Database
  readonly writer: Writer
  readonly warehouse: Warehouse
  /** Told of each stored part of a pass. */
  readonly onCommit: (table: TablePlan, minutes: readonly TableMinute[]) => void
  /** Left out: nothing is traced. */
  readonly tracing?: Tracing
}

/** One table as passes see it: how much of it a statement has been able to read lately. */
export interface TablePass {
  readonly table: TablePlan
  span: Duration
}

/** Whole minutes from `since` on have been read, up to `until`. */
interface TablePosition {
  readonly since: Instant
  readonly until: Instant
}

/** The one partition of a table. */
const PARTITION = ''
/** What a statement reads beyond the overlap at most: after an outage, several small statements instead of one that times out. */
export const MOST_SPAN: Duration = 6 * HOUR

/**
 * Makes a table known before it is first read: from here on its time counts, whether or not it can be read. Answers its position.
 */
async function register(table: TablePlan, now: Instant, { db, writer }: PassDeps): Promise<TablePosition> {
  for (;;) {
    const stored = (await readPositions(db, tableSource(table.name))).get(PARTITION)
    if (stored !== undefined) return JSON.parse(stored) as TablePosition
    const { safety, backfill } = table.warehouse
    const since = floorTo(now - safety - backfill, MINUTE)
    await commitTable(db, writer, {
      ...stepOf(table, null, { since, until: since }),
      from: since,
      until: since,
      minutes: [],
    })
  }
}

/**
 * One pass over a table: everything that arrived since the last one, and the overlap before it once more, statement by statement
 * up to `until`. Throws a `Failure` where the table can't be read or the store can't be written; what was stored until then stays.
 */
export async function passOver(
  pass: TablePass,
  {
    maxDelay,
    now,
    until,
  }: { readonly maxDelay: Duration | null; readonly now: Instant; readonly until: () => Promise<Instant> },
  deps: PassDeps,
  signal: AbortSignal,
): Promise<void> {
  const { table } = pass
  let position = await register(table, now, deps)
  const end = await until()
  while (position.until < end && !signal.aborted) {
    const to = Math.min(end, position.until + pass.span)
    const from = Math.max(position.since, startOf(position.until, table.warehouse.overlap, now))
    const before = position
    position = await traceTable(deps.tracing ?? NO_TRACING, table, from, to, async (span) => {
      const minutes = await read(pass, to - before.until, { from, until: to, maxDelay }, deps.warehouse)
      if (minutes === null) {
        span.fail('warehouse_timeout')
        return before
      }
      const next = { since: before.since, until: to }
      const step = stepOf(table, before, next)
      if ((await commitTable(deps.db, deps.writer, { ...step, from, until: to, minutes })) === 'superseded') {
        span.fail('superseded')
        // Another process leads now, or did: it goes on from where that one stopped.
        return register(table, now, deps)
      }
      rememberTable(deps.tracing ?? NO_TRACING, span, table.name, minutes)
      deps.onCommit(table, minutes)
      pass.span = Math.min(MOST_SPAN, pass.span * 2)
      return next
    })
  }
}

/**
 * Where a pass begins to read again: the overlap before what has been read. After days of standstill minutes may be gone from
 * the store: then whole hours are read, which don't have to be summed from what is left of them.
 */
function startOf(readUntil: Instant, overlap: Duration, now: Instant): Instant {
  const from = readUntil - floorTo(overlap + MINUTE - 1, MINUTE)
  return now - readUntil > HOLDS_BACK ? floorTo(from, HOUR) : from
}

/** What arrived in [from, until); null: it took too long, and less of what is new is worth a try. */
async function read(
  pass: TablePass,
  stretch: Duration,
  request: ProfileRequest,
  warehouse: Warehouse,
): Promise<readonly TableMinute[] | null> {
  try {
    return await warehouse.profile(pass.table, request)
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'warehouse_timeout' || stretch <= MINUTE) throw error
    pass.span = Math.max(MINUTE, floorTo(stretch / 4, MINUTE))
    return null
  }
}

function stepOf(table: TablePlan, before: TablePosition | null, next: TablePosition) {
  return {
    table: table.name,
    step: {
      partition: PARTITION,
      from: before === null ? null : JSON.stringify(before),
      to: JSON.stringify(next),
      observedUntil: next.until,
      listeningSince: before === null ? next.since : null,
      complete: false,
    },
  }
}
