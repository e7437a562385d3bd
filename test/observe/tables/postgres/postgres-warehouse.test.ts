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
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

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
})
