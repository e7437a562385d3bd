import pg from 'pg'
import { DAY, floorTo, HOUR, type Instant, iso, MINUTE } from '../../src/model/time.ts'
import { createPostgresWarehouse } from '../../src/observe/tables/postgres/postgres-warehouse.ts'
import type { TablePlan } from '../../src/plan/table-plan.ts'
import { MOST_SPAN, passOver } from '../../src/runtime/tables/pass.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { createPostgresServer, postgresPrograms } from '../support/postgres-server.ts'
import { columnPlan, keyOf, tablePlan } from '../support/table-plan.ts'
import type { Figure } from './figure.ts'

const END: Instant = Date.UTC(2026, 9, 12)
const ROWS = 10_000_000
/** A week of rows, evenly. */
const FROM = END - 7 * DAY

const PLAIN: TablePlan = tablePlan({
  eventTime: 'happened',
  columns: [
    columnPlan({
      name: 'order_id',
      type: 'string',
      required: true,
      watched: true,
      checks: [{ keyword: 'pattern', pattern: '^o-\\d+$' }],
    }),
    columnPlan({
      name: 'amount',
      type: 'number',
      required: true,
      watched: true,
      checks: [{ keyword: 'minimum', bound: 0 }],
    }),
    columnPlan({ name: 'currency', checks: [{ keyword: 'enum', values: ['EUR', 'USD', 'GBP'] }] }),
    columnPlan({ name: 'coupon', fill: 5, checks: [{ keyword: 'maxLength', length: 12 }] }),
  ],
})
const KEYED: TablePlan = { ...PLAIN, key: keyOf('order_id') }
const LAYOUTS = { none: null, brin: 'using brin (loaded_at)', btree: '(loaded_at)' } as const

/** What a pass over 15 + 5 minutes of a table of ten million rows takes, by index on its arrival column, beside a bare count of the same rows. */
export async function bench(options: ReadonlySet<string> = new Set()): Promise<Figure[]> {
  const programs = postgresPrograms()
  if (programs === null) throw new Error('no Postgres on this machine')
  const rows = options.has('--quick') ? 500_000 : ROWS
  const server = await createPostgresServer(programs)
  try {
    const url = await server.createDatabase()
    await fill(url, rows)
    const figures: Figure[] = []
    for (const [name, index] of Object.entries(LAYOUTS)) {
      await execute(
        url,
        index === null
          ? 'analyze orders'
          : `drop index if exists arrival; create index arrival on orders ${index}; analyze orders`,
      )
      figures.push(await passFigure(`tables_pass_${name}`, url, PLAIN))
    }
    figures.push(await passFigure('tables_pass_btree_keyed_24h', url, KEYED))
    return figures
  } finally {
    await server.remove()
  }
}

async function fill(url: string, rows: number): Promise<void> {
  await execute(
    url,
    'create unlogged table orders (loaded_at timestamptz not null, happened timestamptz, order_id text, amount numeric(12,2), currency text, coupon text)',
  )
  const every = (END - FROM) / rows
  await execute(
    url,
    `insert into orders select t, t - interval '20 seconds', 'o-' || n, (n % 10000) / 100.0, (array['EUR','USD','GBP'])[1 + n % 3], case when n % 10 = 0 then 'WELCOME' end
     from (select n, '${iso(FROM)}'::timestamptz + n * interval '${every} milliseconds' as t from generate_series(0, ${rows - 1}) n) s`,
  )
  await execute(url, 'vacuum analyze orders')
}

async function passFigure(name: string, url: string, table: TablePlan): Promise<Figure> {
  const warehouse = createPostgresWarehouse({ id: 'main', url, statementTimeout: 10 * MINUTE })
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  try {
    const writer = await takeWriter(db)
    const plan: TablePlan = { ...table, warehouse: { ...table.warehouse, overlap: 15 * MINUTE, backfill: 20 * MINUTE } }
    const times: number[] = []
    for (let pass = 0; pass < 5; pass += 1) {
      const until = floorTo(END - HOUR + pass * 5 * MINUTE, MINUTE)
      const asked = { maxDelay: MINUTE, now: until, until: async () => until }
      const began = performance.now()
      await passOver(
        { table: plan, span: MOST_SPAN },
        asked,
        { db, writer, warehouse, onCommit: () => undefined },
        new AbortController().signal,
      )
      if (pass > 0) times.push(performance.now() - began)
    }
    const client = new pg.Client(url)
    await client.connect()
    const bare: number[] = []
    for (let turn = 0; turn < 5; turn += 1) {
      const began = performance.now()
      await client.query('select count(*) from orders where loaded_at >= $1 and loaded_at < $2', [
        iso(END - HOUR - 20 * MINUTE),
        iso(END - HOUR),
      ])
      bare.push(performance.now() - began)
    }
    await client.end()
    const [value, reference] = [median(times), median(bare)]
    return {
      name,
      value,
      unit: 'ms',
      reference: 'count(*) over the same rows',
      reference_value: reference,
      ratio: Number((value / reference).toFixed(2)),
    }
  } finally {
    await warehouse.close()
    await db.close()
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(sql)
  await client.end()
}

function median(times: readonly number[]): number {
  return Number((times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN).toFixed(1))
}
