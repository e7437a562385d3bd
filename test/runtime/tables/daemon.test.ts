import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { createPostgresServer, type PostgresServer, postgresPrograms } from '../../support/postgres-server.ts'
import { withPostgres } from '../../support/postgres.ts'
import { startTraced, type TracedDaemon } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'

const AHEAD = -3 * HOUR
const warehouse = (id: string, name: string): string =>
  `  - { id: ${id}, type: postgres, url: { env: ${name} }, schedule: "* * * * * *", statement_timeout: 2s, safety: 1s, backfill: 1h }`
const table = (name: string): string =>
  `table: ${name}\narrived_at: loaded_at\ncolumns: { amount: { type: number, minimum: 0 } }\n`
const slo = (name: string, of: string): string =>
  `  - { name: ${name}, sli: { kind: validity, table: ${of} }, objective: 99, severity: page }`

const FILES = {
  'rules/assay.yaml': `version: 1\nstore: { type: sqlite, path: ":memory:" }\nwarehouses:\n${warehouse('main', 'MAIN_URL')}\n${warehouse('other', 'OTHER_URL')}\n  - { id: unset, type: postgres, url: { env: NOT_SET } }\n`,
  'rules/domains/checkout/tables/orders.yaml': table('main.public.orders'),
  'rules/domains/checkout/tables/carts.yaml': table('other.public.carts'),
  'rules/domains/checkout/tables/nowhere.yaml': table('other.public.nowhere'),
  'rules/domains/checkout/tables/unset.yaml': table('unset.public.orders'),
  'rules/domains/checkout/slos.yaml': `slos:\n${slo('orders-valid', 'main.public.orders')}\n${slo('carts-valid', 'other.public.carts')}\n${slo('nowhere-valid', 'other.public.nowhere')}\n${slo('unset-valid', 'unset.public.orders')}\n`,
}

/** Whose warehouse is down, whose table is missing, whose secret is unset: nothing of it is a breach, and the others don't notice. */
withPostgres('a daemon whose warehouse goes away', (postgres) => {
  let server: PostgresServer
  let daemon: TracedDaemon
  const clients: pg.Client[] = []

  beforeEach(async () => {
    server = await createPostgresServer(postgresPrograms() ?? '')
    const urls = { MAIN_URL: await server.createDatabase(), OTHER_URL: await postgres.createDatabase() }
    for (const [url, name] of [
      [urls.MAIN_URL, 'orders'],
      [urls.OTHER_URL, 'carts'],
    ] as const) {
      const client = new pg.Client(url)
      client.on('error', () => undefined)
      await client.connect()
      await client.query(`create table ${name} (loaded_at timestamptz, amount numeric)`)
      const from = new Date(Date.now() + AHEAD - HOUR).toISOString()
      await client.query(`insert into ${name} select generate_series($1::timestamptz, now(), '10 seconds'), 1`, [from])
      clients.push(client)
    }
    daemon = await startTraced(FILES, urls, AHEAD)
  }, 60_000)
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end().catch(() => undefined)
    await daemon.stop()
    await server.remove()
  })

  const get = async (path: string) =>
    (await (await fetch(`${daemon.url}/api/v1/${path}`)).json()) as Record<string, never[]>
  const slos = async () => {
    const found = (await get('slos'))['slos'] as unknown as {
      name: string
      outcome: string
      reason: string
      firing: unknown
    }[]
    return Object.fromEntries(found.map(({ name, outcome, reason }) => [name, reason ?? outcome]))
  }
  const tables = async () => (await get('tables'))['tables'] as unknown as Record<string, unknown>[]
  const counted = async (name: string) =>
    String((await tables()).find((one) => one['name'] === name)?.['counted_until'])
  /** Time passes, and whatever can be read is read. */
  async function pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      const before = await counted('other.public.carts')
      daemon.forward(MINUTE)
      await until('the other table to be read', async () => (await counted('other.public.carts')) > before)
    }
  }

  it('judges nothing of it, says so once, and goes on by itself; the others go on all the while', async () => {
    await until('both tables to be judged', async () => {
      const now = await slos()
      return now['orders-valid'] === 'met' && now['carts-valid'] === 'met'
    })
    expect(await slos()).toMatchObject({ 'unset-valid': 'disabled' })
    await server.stop()
    await pass(4)
    await until('the standstill to be told', async () => (await get('incidents?state=open'))['incidents']?.length === 1)
    expect(await slos()).toEqual({
      'orders-valid': 'ingest_behind',
      'carts-valid': 'met',
      'nowhere-valid': 'table_missing',
      'unset-valid': 'disabled',
    })
    const [incident] = (await get('incidents?state=all'))['incidents'] ?? []
    expect(incident).toMatchObject({ domain: 'assay', event: null, slos: ['ingest-behind'], severity: 'ticket' })
    const trouble = (await tables()).map(({ name, trouble: of, disabled }) => [
      name,
      (of as { reason?: string } | null)?.reason ?? disabled,
    ])
    expect(trouble).toEqual([
      ['main.public.orders', 'warehouse_unreachable'],
      ['other.public.carts', null],
      ['other.public.nowhere', 'table_missing'],
      ['unset.public.orders', 'environment variable NOT_SET is not set'],
    ])
    expect(JSON.stringify(daemon.lines)).not.toContain('postgres://')

    await server.start()
    await clients[1]?.query('create table nowhere (loaded_at timestamptz, amount numeric)')
    await until('it to be over', async () => (await get('incidents?state=open'))['incidents']?.length === 0)
    await until('it to be judged again', async () => (await slos())['orders-valid'] === 'met')
    expect((await get('incidents?state=all'))['incidents']).toHaveLength(1)
    expect((await slos())['nowhere-valid']).toBe('no_data')
    expect(await (await fetch(`${daemon.url}/`)).text()).toContain('other.public.carts')
    const one = await get('tables/public-orders')
    expect(one).toMatchObject({
      name: 'main.public.orders',
      domain: 'checkout',
      status: 'active',
      owner: 'payments',
      warehouse: 'main',
      invalid: 0,
      unfilled: 0,
      trouble: null,
      columns: [{ name: 'amount', type: 'number', required: false, violations: [] }],
      open_incidents: [],
      slos: [{ name: 'orders-valid', table: 'main.public.orders', source: 'main', outcome: 'met' }],
    })
    expect(Number(one['rows'])).toBeGreaterThan(100)
    const [filtered, ...more] = (await get('slos?table=other.public.carts'))['slos'] ?? []
    expect(filtered).toMatchObject({ name: 'carts-valid', table: 'other.public.carts' })
    expect(filtered).not.toHaveProperty('event')
    expect(more).toEqual([])
    expect((await fetch(`${daemon.url}/api/v1/tables/none`)).status).toBe(404)
    expect(await (await fetch(`${daemon.url}/tables/main.public.orders`)).text()).toContain('amount')
    expect(await (await fetch(`${daemon.url}/metrics`)).text()).toMatch(
      /^assay_sli_ratio\{domain="checkout",table="main.public.orders",source="main",slo="orders-valid"\} 1$/m,
    )
  }, 90_000)
})
