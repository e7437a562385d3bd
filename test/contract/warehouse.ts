import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/model/failure.ts'
import { HOUR, MINUTE, SECOND } from '../../src/model/time.ts'
import type { Warehouse } from '../../src/observe/tables/warehouse.ts'
import type { TablePlan } from '../../src/plan/table-plan.ts'
import { columnPlan, keyOf, tablePlan } from '../support/table-plan.ts'

/** A warehouse with a database of its own, and a way to put tables into it. */
export interface WarehouseUnderTest {
  readonly warehouse: Warehouse
  /** Runs statements as the tables' owner. */
  readonly owner: (sql: string, values?: readonly unknown[]) => Promise<void>
  /** A warehouse at an address where none is. */
  readonly nowhere: () => Warehouse
}

const NOON = Date.UTC(2026, 9, 5, 12)
const SPAN = { from: NOON, until: NOON + HOUR, maxDelay: null }

/** What every warehouse promises. */
export function warehouseContract(make: () => Promise<WarehouseUnderTest>): void {
  async function profile(plan: TablePlan, sql: readonly string[], request: Partial<typeof SPAN> = {}) {
    const { warehouse, owner } = await make()
    for (const statement of sql) await owner(statement)
    return warehouse.profile(plan, { ...SPAN, ...request })
  }
  const failure = async (answer: Promise<unknown>): Promise<Failure> => {
    const error = await answer.then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (error instanceof Failure) return error
    throw new Error(`no Failure: ${String(error)}`)
  }
  const ORDERS =
    'create table orders (loaded_at timestamptz, id text, amount numeric, currency text, happened timestamptz)'

  describe('as a warehouse', () => {
    it('counts what arrived in each minute of [from, until), and nothing else', async () => {
      const minutes = await profile(tablePlan(), [
        ORDERS,
        `insert into orders (loaded_at) values ('2026-10-05T11:59:59.999Z'), ('2026-10-05T12:00:00Z'), ('2026-10-05T12:00:59.999Z'),
          ('2026-10-05T12:07:30Z'), ('2026-10-05T13:00:00Z'), (null), ('infinity')`,
      ])
      expect(minutes.map(({ minute, counts }) => [minute - NOON, counts.received, counts.lastArrival - NOON])).toEqual([
        [0, 2, 59_999],
        [7 * MINUTE, 1, 7 * MINUTE + 30 * SECOND],
      ])
    })

    it('checks every column, and says what is wrong without a value', async () => {
      const plan = tablePlan({
        columns: [
          columnPlan({
            name: 'id',
            type: 'string',
            required: true,
            watched: true,
            checks: [{ keyword: 'pattern', pattern: '^o-\\d+$' }],
          }),
          columnPlan({ name: 'amount', type: 'number', checks: [{ keyword: 'minimum', bound: 0 }] }),
          columnPlan({ name: 'currency', fill: 90, checks: [{ keyword: 'enum', values: ['EUR', 'USD'] }] }),
        ],
      })
      const [minute] = await profile(plan, [
        ORDERS,
        `insert into orders values ('2026-10-05T12:00:00Z', 'o-1', 1, 'EUR'), ('2026-10-05T12:00:01Z', null, -1, 'GBP'),
          ('2026-10-05T12:00:02Z', '', 'NaN', ''), ('2026-10-05T12:00:03Z', 'x', 0, null)`,
      ])
      expect(minute?.counts).toMatchObject({ received: 4, invalid: 3, incomplete: 2 })
      expect(
        minute?.findings.map(({ finding, count }) => [finding.kind, finding.path, finding.message, count]),
      ).toEqual([
        ['violation', '/id', 'missing', 1],
        ['violation', '/id', 'does not match the pattern', 2],
        ['unfilled', '/id', '', 2],
        ['violation', '/amount', 'no number', 1],
        ['violation', '/amount', 'below 0', 1],
        ['violation', '/currency', 'not one of EUR, USD', 2],
        ['unfilled', '/currency', '', 2],
      ])
    })

    it('calls a row a duplicate that repeats a key within the horizon, also one from before the span', async () => {
      const [first, second] = await profile(tablePlan({ key: keyOf('id') }), [
        ORDERS,
        `insert into orders (loaded_at, id) values ('2026-10-04T11:59:59Z', 'a'), ('2026-10-04T12:30:00Z', 'b'), ('2026-10-05T12:00:00Z', 'a'),
          ('2026-10-05T12:00:00Z', 'c'), ('2026-10-05T12:00:00Z', 'c'), ('2026-10-05T12:00:30Z', null), ('2026-10-05T12:10:00Z', 'b')`,
      ])
      expect(first?.counts).toMatchObject({ received: 4, identified: 3, duplicates: 1 })
      expect(second?.counts).toMatchObject({ received: 1, identified: 1, duplicates: 1 })
    })

    it('calls a row late by its event time; what has none is not timed', async () => {
      const [minute] = await profile(
        tablePlan({ eventTime: 'happened' }),
        [
          ORDERS,
          `insert into orders (loaded_at, happened) values ('2026-10-05T12:00:00Z', '2026-10-05T11:55:00Z'),
            ('2026-10-05T12:00:00Z', '2026-10-05T11:54:59.999Z'), ('2026-10-05T12:00:00Z', '2026-10-05T18:00:00Z'),
            ('2026-10-05T12:00:00Z', '2026-10-03T12:00:00Z'), ('2026-10-05T12:00:00Z', null)`,
        ],
        { maxDelay: (5 * MINUTE) as never },
      )
      expect(minute?.counts).toMatchObject({ received: 5, timed: 4, late: 2, backfilled: 1 })
    })

    it('calls every value of a column of another type a violation', async () => {
      const plan = tablePlan({
        columns: [columnPlan({ name: 'id', type: 'number', checks: [{ keyword: 'minimum', bound: 0 }] })],
      })
      const [minute] = await profile(plan, [
        ORDERS,
        `insert into orders (loaded_at, id) values ('2026-10-05T12:00:00Z', '12'), ('2026-10-05T12:00:00Z', null)`,
      ])
      expect(minute?.counts).toMatchObject({ received: 2, invalid: 1 })
      expect(minute?.findings[0]?.finding).toMatchObject({ keyword: 'type', message: 'text instead of number' })
    })

    it('names the nearest table where one is missing', async () => {
      const { warehouse, owner } = await make()
      await owner('create table order_completed (loaded_at timestamptz)')
      const missing = tablePlan({ name: 'main.public.orders_completed', table: 'orders_completed' })
      const { code, retryable, remedy } = await failure(warehouse.profile(missing, SPAN))
      expect({ code, retryable, remedy }).toEqual({
        code: 'table_missing',
        retryable: false,
        remedy: 'did you mean main.public.order_completed?',
      })
    })

    it('names the nearest column where one is missing, the time column too', async () => {
      const { code, message, remedy } = await failure(profile(tablePlan({ arrivedAt: 'loadd_at' }), [ORDERS]))
      expect(code).toBe('column_missing')
      expect(message).toContain('"loadd_at"')
      expect(remedy).toContain('"loaded_at"')
    })

    it('refuses a time column that holds no time', async () => {
      const { code } = await failure(profile(tablePlan({ arrivedAt: 'id' }), [ORDERS]))
      expect(code).toBe('column_type')
    })

    it('says that a warehouse which does not answer may come back', async () => {
      const { nowhere } = await make()
      const { code, retryable } = await failure(nowhere().profile(tablePlan(), SPAN))
      expect({ code, retryable }).toEqual({ code: 'warehouse_unreachable', retryable: true })
    })

    it('knows what time it is', async () => {
      const { warehouse } = await make()
      expect(Math.abs((await warehouse.now()) - Date.now())).toBeLessThan(5_000)
    })
  })
}
