import fc from 'fast-check'
import pg from 'pg'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { Failure } from '../../../src/model/failure.ts'
import { tableSource } from '../../../src/model/subject.ts'
import { DAY, floorTo, HOUR, type Instant, MINUTE, SECOND } from '../../../src/model/time.ts'
import { createPostgresWarehouse } from '../../../src/observe/tables/postgres/postgres-warehouse.ts'
import type { Warehouse } from '../../../src/observe/tables/warehouse.ts'
import { MOST_SPAN, passOver, type TablePass } from '../../../src/runtime/tables/pass.ts'
import { takeWriter, type Writer } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { readPositions, sourceProgress } from '../../../src/store/positions.ts'
import type { Database } from '../../../src/store/sql.ts'
import { changedWindows, windowsBetween } from '../../../src/store/windows.ts'
import { withPostgres } from '../../support/postgres.ts'
import { stored, summed } from '../../support/table-counts.ts'
import { columnPlan, keyOf, tablePlan } from '../../support/table-plan.ts'
import { THOROUGH } from '../../support/thorough.ts'

const START = Date.UTC(2026, 9, 5, 11, 20, 30)
const SINCE = floorTo(START - 60 * MINUTE, MINUTE)
const OVERLAP = 10 * MINUTE
const TABLE = tablePlan({
  eventTime: 'happened',
  key: keyOf('id'),
  columns: [
    columnPlan({ name: 'id', type: 'string', required: true, watched: true }),
    columnPlan({ name: 'amount', type: 'number', fill: 50, checks: [{ keyword: 'minimum', bound: 0 }] }),
  ],
})
const CREATE = `create table orders (row_id serial primary key, loaded_at timestamptz not null, id text, amount numeric, happened timestamptz)`
const noSignal = new AbortController().signal

/** What may happen between two passes, and to one. */
type Act =
  | {
      readonly do: 'insert'
      readonly ago: number
      readonly id: string | null
      readonly amount: number | null
      readonly delay: number
    }
  | { readonly do: 'update'; readonly nth: number; readonly amount: number | null }
  | { readonly do: 'delete'; readonly nth: number }
  | { readonly do: 'wait'; readonly for: number }
  | {
      readonly do: 'pass'
      readonly by: 0 | 1
      readonly killed: 'not' | 'reading' | 'before the commit' | 'after the commit'
    }

const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('insert' as const),
      // Late ones commit up to the overlap after they arrived.
      ago: fc.integer({ min: 0, max: OVERLAP }),
      id: fc.option(fc.constantFrom('a', 'b', 'c', 'd', ''), { freq: 5 }),
      amount: fc.option(fc.integer({ min: -2, max: 5 }), { freq: 4 }),
      delay: fc.integer({ min: -MINUTE, max: 2 * HOUR }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('update' as const), nth: fc.nat(20), amount: fc.constantFrom(null, -1, 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), nth: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), for: fc.integer({ min: 1, max: 40 * MINUTE }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      by: fc.constantFrom(0 as const, 1 as const),
      killed: fc.constantFrom(
        'not' as const,
        'not' as const,
        'reading' as const,
        'before the commit' as const,
        'after the commit' as const,
      ),
    }),
  },
)

withPostgres('passes over a table', (postgres) => {
  const open: { close(): Promise<void> }[] = []
  let url = ''
  beforeAll(async () => {
    url = await postgres.createDatabase()
  })
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close()
  })

  /** A table, a store and two processes that may read one into the other. */
  async function world(engine: 'sqlite' | 'postgres' = 'sqlite') {
    const owner = new pg.Client(url)
    await owner.connect()
    open.push({ close: () => owner.end() })
    await owner.query(`drop table if exists orders; ${CREATE}`)
    const warehouse = createPostgresWarehouse({ id: 'main', url, statementTimeout: 10 * SECOND })
    const db = await openStore(
      engine === 'sqlite'
        ? { type: 'sqlite', path: ':memory:' }
        : { type: 'postgres', url: await postgres.createDatabase() },
    )
    const writers = [await takeWriter(db), await takeWriter(db)] as const
    open.push(db, warehouse)
    const passes: TablePass[] = [0, 1].map(() => ({ table: TABLE, span: MOST_SPAN }))
    let now = START

    async function pass(by: 0 | 1, read: Warehouse = warehouse, signal = noSignal): Promise<void> {
      const passing = passes[by]
      if (passing === undefined) throw new RangeError()
      const writer = writers[by]
      await passOver(
        passing,
        { maxDelay: HOUR, now, until: async () => floorTo(now, MINUTE) },
        { db, writer, warehouse: read, onCommit: () => undefined },
        signal,
      )
    }

    return {
      owner,
      warehouse,
      db,
      writers,
      pass,
      passes,
      now: () => now,
      wait: (time: number) => {
        now += time
      },
      /** Rows from here on may still change. */
      async open(): Promise<Instant> {
        const position = (await readPositions(db, tableSource(TABLE.name))).get('')
        return position === undefined ? SINCE : (JSON.parse(position) as { until: Instant }).until - OVERLAP
      },
    }
  }

  type World = Awaited<ReturnType<typeof world>>

  async function act(on: World, what: Act): Promise<void> {
    const from = new Date(await on.open()).toISOString()
    switch (what.do) {
      case 'insert': {
        const at = Math.max(on.now() - what.ago, Date.parse(from), SINCE)
        await on.owner.query('insert into orders (loaded_at, id, amount, happened) values ($1, $2, $3, $4)', [
          new Date(at).toISOString(),
          what.id,
          what.amount,
          new Date(at - what.delay).toISOString(),
        ])
        return
      }
      case 'update':
        await on.owner.query(
          'update orders set amount = $1 where row_id = (select row_id from orders where loaded_at >= $2 order by row_id offset $3 limit 1)',
          [what.amount, from, what.nth],
        )
        return
      case 'delete':
        await on.owner.query(
          'delete from orders where row_id = (select row_id from orders where loaded_at >= $1 order by row_id offset $2 limit 1)',
          [from, what.nth],
        )
        return
      case 'wait':
        on.wait(what.for)
        return
      case 'pass':
        await killedPass(on, what.by, what.killed)
    }
  }

  async function killedPass(on: World, by: 0 | 1, killed: Extract<Act, { do: 'pass' }>['killed']): Promise<void> {
    const stop = new AbortController()
    const reading: Warehouse = {
      ...on.warehouse,
      profile: async (table, request) => {
        if (killed === 'reading') throw new Failure('warehouse_unreachable', 'cut', { retryable: true })
        const minutes = await on.warehouse.profile(table, request)
        if (killed === 'before the commit') throw new Failure('warehouse_unreachable', 'cut', { retryable: true })
        if (killed === 'after the commit') stop.abort()
        return minutes
      },
    }
    await on.pass(by, reading, stop.signal).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error
    })
  }

  it('count what one count over the final rows counts, whatever came late, changed, went away or was killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { minLength: 5, maxLength: 40 }), async (acts) => {
        const on = await world()
        await on.pass(0) // what it counts from is fixed: an hour before START
        for (const one of acts) await act(on, one)
        on.wait(MINUTE)
        await on.pass(0)
        const until = floorTo(on.now(), MINUTE)
        const truth = await on.warehouse.profile(TABLE, { from: SINCE, until, maxDelay: HOUR })
        expect(await stored(on.db, SINCE, until)).toEqual(summed(truth))
        for (const one of open.splice(0).reverse()) await one.close()
      }),
      { numRuns: THOROUGH ? 60 : 15 },
    )
  }, 120_000)

  it.each(['sqlite', 'postgres'] as const)(
    'tell the evaluator of every minute that changed, also of one that has become empty (%s)',
    async (engine) => {
      const on = await world(engine)
      const insert = (at: Instant) =>
        on.owner.query('insert into orders (loaded_at) values ($1)', [new Date(at).toISOString()])
      await insert(START - 5 * MINUTE)
      await insert(START - 3 * MINUTE)
      await on.pass(0)
      const { upTo } = await changedWindows(on.db, 'minute', new Map())
      on.wait(5 * MINUTE)
      await on.owner.query('delete from orders where loaded_at < $1', [new Date(START - 4 * MINUTE).toISOString()])
      await on.pass(1)
      const { rows } = await changedWindows(on.db, 'minute', upTo)
      expect(rows.map(({ start, counts }) => [start, counts.received])).toEqual([
        [floorTo(START - 5 * MINUTE, MINUTE), 0],
      ])
      const hours = await changedWindows(on.db, 'hour', upTo)
      expect(hours.rows.map(({ counts }) => counts.received)).toEqual([1])
    },
  )

  it('observe a table from the first pass on, whether or not it is there', async () => {
    const on = await world()
    await on.owner.query('drop table orders')
    await expect(on.pass(0)).rejects.toMatchObject({ code: 'table_missing' })
    const [progress] = await sourceProgress(on.db)
    expect(progress).toMatchObject({ source: tableSource(TABLE.name), partitions: [{ observedUntil: SINCE }] })
  })

  it('read less at once where a statement takes too long, and go on where it stopped', async () => {
    const on = await world()
    const asked: number[] = []
    const slow: Warehouse = {
      ...on.warehouse,
      profile: async (table, request) => {
        asked.push((request.until - request.from) / MINUTE)
        if (request.until - request.from > 25 * MINUTE)
          throw new Failure('warehouse_timeout', 'slow', { retryable: true })
        return on.warehouse.profile(table, request)
      },
    }
    await on.owner.query(`insert into orders (loaded_at) select generate_series($1::timestamptz, $2, '1 minute')`, [
      new Date(SINCE).toISOString(),
      new Date(START).toISOString(),
    ])
    await on.pass(0, slow)
    expect(asked[0]).toBe(60)
    const rows = await windowsBetween(on.db, 'minute', [1], SINCE, START)
    expect(rows.map(({ counts }) => counts.received)).toEqual(Array.from({ length: 60 }, () => 1))
  })

  it.each(['sqlite', 'postgres'] as const)(
    'count what one count counts, findings too, and mend it (%s)',
    async (engine) => {
      const on = await world(engine)
      const insert = (id: string | null, amount: number) =>
        on.owner.query('insert into orders (loaded_at, id, amount) values ($1, $2, $3)', [
          new Date(on.now() - 2 * MINUTE).toISOString(),
          id,
          amount,
        ])
      await on.pass(0)
      await insert(null, -1)
      await insert('a', -1)
      on.wait(2 * MINUTE)
      await on.pass(0)
      await on.owner.query('update orders set amount = 3 where id is null')
      await insert('a', 1)
      on.wait(2 * MINUTE)
      await on.pass(1)
      const until = floorTo(on.now(), MINUTE)
      const truth = await on.warehouse.profile(TABLE, { from: SINCE, until, maxDelay: HOUR })
      expect(truth.length).toBeGreaterThan(0)
      expect(await stored(on.db, SINCE, until)).toEqual(summed(truth))
    },
  )

  it('keep hours whole after days of standstill, though minutes are gone', async () => {
    const on = await world()
    await on.owner.query(`insert into orders (loaded_at) select generate_series($1::timestamptz, $2, '1 minute')`, [
      new Date(SINCE).toISOString(),
      new Date(START + 5 * DAY).toISOString(),
    ])
    await on.pass(0)
    await on.db.run('delete from window_minute')
    await on.db.run('delete from finding_minute')
    on.wait(5 * DAY)
    await on.pass(0)
    const hours = await windowsBetween(on.db, 'hour', [1], floorTo(SINCE, HOUR), START + 4 * DAY)
    expect(new Set(hours.slice(1).map(({ counts }) => counts.received))).toEqual(new Set([60]))
  })

  it.each(['sqlite', 'postgres'] as const)(
    'give way to the process that read a table on meanwhile (%s)',
    async (engine) => {
      const on = await world(engine)
      await on.owner.query('insert into orders (loaded_at) values ($1)', [new Date(START - MINUTE).toISOString()])
      let overtaken = false
      const slow: Warehouse = {
        ...on.warehouse,
        profile: async (table, request) => {
          const minutes = await on.warehouse.profile(table, request)
          if (!overtaken) {
            overtaken = true
            await on.pass(1)
          }
          return minutes
        },
      }
      await on.pass(0, slow)
      const rows = await windowsBetween(on.db, 'minute', [1], SINCE, START)
      expect(rows.map(({ counts }) => counts.received)).toEqual([1])
      expect(await writersOf(on.db)).toEqual([on.writers[1].slot])
    },
  )
})

async function writersOf(db: Database): Promise<readonly number[]> {
  const rows = await db.all<{ writer: Writer['slot'] }>('select distinct writer from window_minute')
  return rows.map(({ writer }) => writer)
}
