import pg from 'pg'
import { afterEach, expect, it } from 'vitest'
import { HOUR, SECOND } from '../../../../src/model/time.ts'
import { createPostgresWarehouse } from '../../../../src/observe/tables/postgres/postgres-warehouse.ts'
import type { Warehouse } from '../../../../src/observe/tables/warehouse.ts'
import { warehouseContract, type WarehouseUnderTest } from '../../../contract/warehouse.ts'
import { withPostgres } from '../../../support/postgres.ts'
import { columnPlan, tablePlan } from '../../../support/table-plan.ts'

const NOON = Date.UTC(2026, 9, 5, 12)
const SPAN = { from: NOON, until: NOON + HOUR, maxDelay: null }

withPostgres('a Postgres warehouse', (postgres) => {
  const open: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    for (const one of open.splice(0)) await one.close()
  }
  afterEach(close)

  async function make(statementTimeout = 10 * SECOND): Promise<WarehouseUnderTest & { readonly url: string }> {
    const url = await postgres.createDatabase()
    const client = new pg.Client(url)
    await client.connect()
    const warehouse = at(url, statementTimeout)
    open.push({ close: () => client.end() })
    return {
      url,
      warehouse,
      owner: async (sql, values = []) => {
        await client.query(sql, [...values])
      },
      nowhere: () => at('postgres://nobody@127.0.0.1:1/none', statementTimeout),
    }
  }

  function at(url: string, statementTimeout: number): Warehouse {
    const warehouse = createPostgresWarehouse({ id: 'main', url, statementTimeout })
    open.push(warehouse)
    return warehouse
  }

  warehouseContract(make)

  const hostile: Readonly<Record<string, string>> = {
    'a quote': 'o"rders',
    'two quotes and a semicolon': '""; drop table victims; --',
    'a single quote': "it's",
    spaces: ' orders of the day ',
    'a keyword': 'select',
    capitals: 'OrderCompleted',
    umlauts: 'bestellungen_größe',
    'another script': '注文',
    'an emoji': '🛒',
    'a backslash': 'a\\b',
    'a line break': 'a\nb',
    'a dollar': '$1',
    'a dot': 'a.b',
    'a percent sign': '%s',
    'a right-to-left mark': 'a\u202eb',
    'sixty-three bytes': 'x'.repeat(63),
  }
  it.each(Object.entries(hostile))('reads a schema, a table and columns whose names hold %s', async (_what, name) => {
    const { warehouse, owner } = await make()
    const q = `"${name.replaceAll('"', '""')}"`
    await owner('create table victims (id int)')
    await owner(`create schema ${q}`)
    await owner(`create table ${q}.${q} (${q} timestamptz, "${name.replaceAll('"', '""').slice(0, 40)}~/2" text)`)
    await owner(`insert into ${q}.${q} values ('2026-10-05T12:00:00Z', 'x'), ('2026-10-05T12:00:00Z', null)`)
    const column = `${name.replaceAll('""', '""').slice(0, 40)}~/2`
    const plan = tablePlan({
      schema: name,
      table: name,
      arrivedAt: name,
      key: { columns: [column], horizon: HOUR },
      columns: [
        columnPlan({ name: column, required: true, watched: true, checks: [{ keyword: 'enum', values: ["'x'; --"] }] }),
      ],
    })
    const [minute] = await warehouse.profile(plan, SPAN)
    expect(minute?.counts).toMatchObject({ received: 2, invalid: 2, incomplete: 1, identified: 1 })
    await owner('select * from victims')
  })

  it('gives a statement up that takes longer than it may, and says that a shorter one may do', async () => {
    const { warehouse, owner } = await make(300)
    await owner('create table rows (loaded_at timestamptz, id text)')
    await owner("insert into rows select '2026-10-05T12:00:00Z', n::text from generate_series(1, 3) n")
    await owner('create view orders as select loaded_at, pg_sleep(5)::text as id from rows')
    const plan = tablePlan({ columns: [columnPlan({ name: 'id', required: true, watched: true })] })
    await expect(warehouse.profile(plan, SPAN)).rejects.toMatchObject({ code: 'warehouse_timeout', retryable: true })
  })

  it('says what it may not read, and never what is in the url', async () => {
    const { url, owner } = await make()
    await owner('create table orders (loaded_at timestamptz)')
    const role = `reader_${process.pid}_${Date.now()}`
    await owner(`create role ${role} login password 'very-secret'`)
    const address = new URL(url)
    address.username = role
    address.password = 'very-secret'
    const error = await at(address.href, SECOND)
      .profile(tablePlan(), SPAN)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'permission_denied', retryable: false })
    expect(String(error)).not.toContain('very-secret')
    await owner(`drop role ${role}`)
  })

  it('writes nothing, whatever a view may try', async () => {
    const { warehouse, owner } = await make()
    await owner('create table log (at timestamptz)')
    await owner(`create function spy() returns timestamptz language sql as
      $$ insert into public.log values (now()) returning '2026-10-05T12:00:00Z'::timestamptz $$`)
    await owner('create view orders as select spy() as loaded_at')
    await expect(warehouse.profile(tablePlan(), SPAN)).rejects.toMatchObject({ code: 'warehouse_unreachable' })
  })

  it('survives a view that breaks', async () => {
    const { warehouse, owner } = await make()
    await owner(
      "create view orders as select '2026-10-05T12:00:00Z'::timestamptz as loaded_at, 1 / n as id from generate_series(0, 1) n",
    )
    const plan = tablePlan({
      columns: [columnPlan({ name: 'id', type: 'number', checks: [{ keyword: 'minimum', bound: 0 }] })],
    })
    await expect(warehouse.profile(plan, SPAN)).rejects.toMatchObject({ code: 'statement_failed' })
  })

  it('takes a time without a zone for UTC, whatever zone the database has', async () => {
    const { warehouse, owner } = await make()
    await owner('create table orders (loaded_at timestamp, day date)')
    await owner("insert into orders values ('2026-10-05 12:00:30', '2026-10-05')")
    const [minute] = await warehouse.profile(tablePlan({ eventTime: 'day' }), { ...SPAN, maxDelay: HOUR })
    expect(minute).toMatchObject({
      minute: NOON,
      counts: { received: 1, lastArrival: NOON + 30_000, timed: 1, late: 1 },
    })
  })

  it('checks columns of every type by what they hold', async () => {
    const { warehouse, owner } = await make()
    await owner("create type mood as enum ('sad', 'happy')")
    await owner('create domain price as numeric')
    await owner(
      `create table orders (loaded_at timestamptz, i int, f float8, p price, b boolean, t timestamp, d date, u uuid, ut text, j jsonb, m mood, c char(4))`,
    )
    const id = "'123e4567-e89b-12d3-a456-426614174000'"
    await owner(`insert into orders values
      ('2026-10-05T12:00:00Z', 1, 1.5, 1, true, '2026-01-01', '2026-01-01', ${id}, ${id}, '{}', 'sad', 'ab'),
      ('2026-10-05T12:00:00Z', 9, 'Infinity', 1.5, false, '2025-12-31', '2027-01-01', ${id}, 'no', '[]', 'happy', 'abcd')`)
    const plan = tablePlan({
      columns: [
        columnPlan({
          name: 'i',
          type: 'integer',
          checks: [
            { keyword: 'maximum', bound: 5 },
            { keyword: 'enum', values: [1, 2] },
          ],
        }),
        columnPlan({ name: 'f', type: 'number', checks: [{ keyword: 'minimum', bound: 0.5 }] }),
        columnPlan({ name: 'p', type: 'integer' }),
        columnPlan({ name: 'b', type: 'boolean', checks: [{ keyword: 'enum', values: [true] }] }),
        columnPlan({ name: 't', type: 'timestamp', checks: [{ keyword: 'minimum', bound: '2026-01-01T00:00:00Z' }] }),
        columnPlan({ name: 'd', type: 'date', checks: [{ keyword: 'maximum', bound: '2026-12-31' }] }),
        columnPlan({ name: 'u', type: 'uuid' }),
        columnPlan({ name: 'ut', type: 'uuid' }),
        columnPlan({ name: 'j', type: 'json' }),
        columnPlan({ name: 'm', type: 'string', checks: [{ keyword: 'enum', values: ['sad'] }] }),
        columnPlan({ name: 'c', type: 'string', checks: [{ keyword: 'maxLength', length: 2 }] }),
      ],
    })
    const [minute] = await warehouse.profile(plan, SPAN)
    expect(minute?.counts).toMatchObject({ received: 2, invalid: 1 })
    expect(minute?.findings.map(({ finding }) => `${finding.path} ${finding.message}`)).toEqual([
      '/i above 5',
      '/i not one of 1, 2',
      '/f no number',
      '/p no whole number',
      '/b not one of true',
      '/t below 2026-01-01T00:00:00Z',
      '/d above 2026-12-31',
      '/ut no valid uuid',
      '/m not one of sad',
      '/c longer than 2',
    ])
  })
})
