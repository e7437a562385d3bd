import type { ScheduledTask } from 'node-cron'
import type { WarehouseConfig } from '../../config/schema.ts'
import { Failure } from '../../model/failure.ts'
import { tableOfSource } from '../../model/subject.ts'
import { type Duration, floorTo, type Instant, MINUTE } from '../../model/time.ts'
import type { TableMinute, Warehouse } from '../../observe/tables/warehouse.ts'
import type { Plan } from '../../plan/plan.ts'
import type { TablePlan } from '../../plan/table-plan.ts'
import type { Writer } from '../../store/leases.ts'
import { writeNote } from '../../store/notes.ts'
import { TABLE_TROUBLES_NOTE, type TableTrouble, tableTroubles } from '../../store/read/table-troubles.ts'
import type { Database } from '../../store/sql.ts'
import type { Log } from '../log.ts'
import { withinSpanOf } from '../tracing/scope.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { MOST_SPAN, passOver, type TablePass } from './pass.ts'

export interface TableSetDeps {
  readonly db: Database
  readonly writer: Writer
  readonly plan: () => Plan
  readonly make: (config: WarehouseConfig) => Warehouse | { readonly disabled: string }
  /** One process at a time reads tables: they are aggregated whole. */
  readonly leads: () => boolean
  readonly now: () => Instant
  readonly log: Log
  readonly onCommit: (table: TablePlan, minutes: readonly TableMinute[]) => void
  /** A pass over all tables of a warehouse has ended. */
  readonly onPass: (warehouse: string, took: Duration) => void
  readonly onBroken: (error: unknown) => void
  readonly stopping: AbortSignal
  /** Left out: nothing is traced. */
  readonly tracing?: Tracing
}

/** The tables that are watched: each warehouse by its own schedule. */
export interface TableSet {
  /** Puts a configuration in force: what changed stops, what is new starts. */
  readonly use: (configs: readonly WarehouseConfig[], timezone: string) => Promise<void>
  /** Makes a pass now, where this process leads: after a start, or a change of the lead. */
  readonly wake: () => void
  /** How long a table's watermark may stand still by its nature; null: it isn't read, or is no table. */
  readonly rhythm: (source: string) => Duration | null
  /** Why tables can't be read now, by name. */
  readonly troubles: () => ReadonlyMap<string, TableTrouble>
  /** Resolves once nothing runs any more, after the signal. */
  readonly ended: () => Promise<void>
}

interface Entry {
  readonly config: WarehouseConfig
  readonly timezone: string
  readonly warehouse: Warehouse
  readonly stop: AbortController
  readonly passes: Map<string, TablePass>
  task: ScheduledTask | null
  running: Promise<void> | null
}

/** Tables of a warehouse that are read at the same time. */
const AT_ONCE = 2

export function createTableSet(deps: TableSetDeps): TableSet {
  const { db, log, stopping } = deps
  const entries = new Map<string, Entry>()
  const troubles = new Map<string, TableTrouble>()
  /** The troubles as they stand in the store; empty: not looked up yet. */
  let written = ''

  async function use(configs: readonly WarehouseConfig[], timezone: string): Promise<void> {
    for (const [id, entry] of entries) {
      const next = configs.find((config) => config.id === id)
      if (next !== undefined && timezone === entry.timezone && JSON.stringify(next) === JSON.stringify(entry.config))
        continue
      entries.delete(id)
      await end(entry)
    }
    for (const name of troubles.keys()) if (!deps.plan().tables.has(name)) troubles.delete(name)
    for (const config of configs) {
      const warehouse = entries.has(config.id) ? null : deps.make(config)
      if (warehouse === null || 'disabled' in warehouse) continue
      const entry: Entry = {
        config,
        timezone,
        warehouse,
        stop: new AbortController(),
        passes: new Map(),
        task: null,
        running: null,
      }
      entries.set(config.id, entry)
      const { schedule } = await import('node-cron')
      entry.task = schedule(config.schedule.cron, () => run(entry), { timezone, suppressMissedWarning: true })
      void run(entry)
    }
  }

  async function end(entry: Entry): Promise<void> {
    entry.stop.abort()
    await entry.task?.destroy()
    await entry.warehouse.close()
    await entry.running
  }

  /** One pass at a time: a schedule that comes round while one runs is left out. */
  function run(entry: Entry): Promise<void> {
    if (stopping.aborted || entry.stop.signal.aborted || !deps.leads()) return Promise.resolve()
    entry.running ??= pass(entry)
      .catch((error: unknown) => {
        if (stopping.aborted || entry.stop.signal.aborted) return
        // The store is away: the next pass tries again.
        if (error instanceof Failure && error.retryable)
          log.warn({ code: error.code }, `tables are not read: ${error.message}`)
        else deps.onBroken(error)
      })
      .finally(() => {
        entry.running = null
      })
    return entry.running
  }

  async function pass(entry: Entry): Promise<void> {
    const began = performance.now()
    const plan = deps.plan()
    const waiting = [...plan.tables.values()].filter(
      ({ warehouse, status }) => warehouse.id === entry.config.id && status !== 'planned',
    )
    if (waiting.length === 0) return
    if (written === '') {
      for (const [name, trouble] of await tableTroubles(db)) if (plan.tables.has(name)) troubles.set(name, trouble)
    }
    // Asked once a pass, by whichever table comes first: all see the same time.
    let asked: Promise<Instant> | null = null
    const until = async (): Promise<Instant> => {
      asked ??= entry.warehouse.now()
      // The lesser of two clocks: nothing is called observed that either of them has yet to see.
      return floorTo(Math.min(await asked, deps.now()) - entry.config.safety, MINUTE)
    }
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let table = waiting.shift(); table !== undefined; table = waiting.shift()) await read(entry, table, until)
    })
    await Promise.all(workers)
    await writeTroubles()
    deps.onPass(entry.config.id, performance.now() - began)
  }

  async function writeTroubles(): Promise<void> {
    const document = Object.fromEntries([...troubles].sort(([a], [b]) => (a < b ? -1 : 1)))
    const text = JSON.stringify(document)
    if (text === written) return
    await db.transaction((sql) => writeNote(sql, TABLE_TROUBLES_NOTE, document))
    written = text
  }

  async function read(entry: Entry, table: TablePlan, until: () => Promise<Instant>): Promise<void> {
    const signal = AbortSignal.any([stopping, entry.stop.signal])
    if (signal.aborted) return
    const known = entry.passes.get(table.name)
    const passing: TablePass = { table, span: known?.span ?? MOST_SPAN }
    entry.passes.set(table.name, passing)
    try {
      const asked = { maxDelay: maxDelayOf(deps.plan(), table.name), now: deps.now(), until }
      await passOver(passing, asked, { ...deps, warehouse: entry.warehouse }, signal)
      if (troubles.delete(table.name)) log.info({ table: table.name }, 'the table can be read again')
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Failure)) throw error
      const before = troubles.get(table.name)
      const since = before?.code === error.code ? before.since : deps.now()
      troubles.set(table.name, { code: error.code, message: error.message, remedy: error.remedy, since })
      if (before?.code === error.code) return
      withinSpanOf(error, () => log.warn({ table: table.name, code: error.code }, `not read: ${error.message}`))
    }
  }

  return {
    use,
    wake: () => {
      for (const entry of entries.values()) void run(entry)
    },
    rhythm: (source) => {
      const name = tableOfSource(source)
      const table = name === null ? undefined : deps.plan().tables.get(name)
      if (table === undefined || table.status === 'planned' || !entries.has(table.warehouse.id)) return null
      return table.warehouse.longestGap + table.warehouse.statementTimeout
    },
    troubles: () => troubles,
    ended: async () => {
      await Promise.all([...entries.values()].map(end))
    },
  }
}

function maxDelayOf(plan: Plan, table: string): Duration | null {
  const slo = plan.slos.find(
    ({ kind, event, subject }) => kind === 'timeliness' && subject === 'table' && event === table,
  )
  return slo?.maxDelay ?? null
}
