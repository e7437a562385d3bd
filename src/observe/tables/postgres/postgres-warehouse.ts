import pg from 'pg'
import { Failure } from '../../../model/failure.ts'
import type { Duration, Instant } from '../../../model/time.ts'
import { COUNT_FIELDS, type WindowCounts } from '../../../model/window.ts'
import type { TableMinute, Warehouse } from '../warehouse.ts'
import { columnsOf, type Query } from './catalogue.ts'
import { type ProfileStatement, profileStatement } from './profile-statement.ts'
import { urlFailure, warehouseFailure } from './warehouse-failure.ts'

export interface PostgresWarehouseDeps {
  readonly id: string
  readonly url: string
  readonly statementTimeout: Duration
}

type CountRow = WindowCounts & { readonly minute: Instant } & Readonly<Record<string, number>>

/** Beyond the server's own limit: for a server that is gone without a word. */
const GRACE: Duration = 5_000
const CONNECT_TIMEOUT: Duration = 10_000

/**
 * A Postgres database, read in read-only transactions of one statement each beside the catalogue's, whose text holds names in
 * quotes and parameters. One connection, made when it is needed and given back at the end of each call, so that a pooler in between may take it.
 */
export function createPostgresWarehouse({ id, url, statementTimeout }: PostgresWarehouseDeps): Warehouse {
  const open = new Set<pg.Client>()
  let closed = false

  /** Reads the url, and the files of certificates that it names. */
  function newClient(): pg.Client {
    try {
      return new pg.Client({
        connectionString: url,
        application_name: 'assay',
        connectionTimeoutMillis: CONNECT_TIMEOUT,
        query_timeout: statementTimeout + GRACE,
        types: { getTypeParser: ((type: number) => parserOf(type)) as typeof pg.types.getTypeParser },
      })
    } catch (error) {
      throw urlFailure(error, id)
    }
  }

  async function inTransaction<Result>(table: string | null, work: (query: Query) => Promise<Result>): Promise<Result> {
    if (closed) throw new Failure('warehouse_unreachable', `The warehouse ${id} is closed.`, { retryable: true })
    const client = newClient()
    client.on('error', () => undefined)
    open.add(client)
    try {
      await client.connect()
      // In the transaction itself: a pooler hands a session's settings to somebody else.
      await client.query('begin transaction isolation level repeatable read read only')
      await client.query('set local default_transaction_read_only = on')
      await client.query(`set local statement_timeout = ${Math.ceil(statementTimeout)}`)
      await client.query("set local timezone = 'UTC'")
      await client.query("set local datestyle = 'ISO'")
      // Only the catalogue's own operators and functions, whatever others of their name lie in the way.
      await client.query('set local search_path = pg_catalog, pg_temp')
      const result = await work(async <Row extends object>(text: string, values: readonly unknown[]) => {
        return (await client.query(text, [...values])).rows as Row[]
      })
      await client.query('commit')
      return result
    } catch (error) {
      throw warehouseFailure(error, id, table)
    } finally {
      open.delete(client)
      // The end of a connection that is broken may never come: nobody waits for it.
      client.end().catch(() => undefined)
    }
  }

  return {
    id,
    now: () =>
      inTransaction(null, async (query) => {
        const [row] = await query<{ now: Instant }>(
          'select floor(extract(epoch from clock_timestamp()) * 1000)::int8 as now',
          [],
        )
        return row?.now ?? Number.NaN
      }),
    profile: (table, request) =>
      inTransaction(table.name, async (query) => {
        const statement = profileStatement(table, await columnsOf(table, query), request)
        return (await query<CountRow>(statement.text, statement.values)).map((row) => minuteOf(row, statement))
      }),
    close: async () => {
      closed = true
      await Promise.all([...open].map((client) => client.end().catch(() => undefined)))
    },
  }
}

function minuteOf(row: CountRow, { findings }: ProfileStatement): TableMinute {
  const counts = Object.fromEntries(
    [...COUNT_FIELDS, 'lastArrival' as const].map((field) => [field, row[field]]),
  ) as unknown as WindowCounts
  return {
    minute: row.minute,
    counts,
    findings: findings.flatMap((finding, index) => {
      const count = row[`f${index}`] ?? 0
      return count === 0 ? [] : [{ finding, count }]
    }),
  }
}

/** Counts and times are whole numbers below 2^53. */
function parserOf(type: number): (text: string) => unknown {
  return type === 20 ? Number : pg.types.getTypeParser(type)
}
