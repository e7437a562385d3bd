import pg from 'pg'
import { Failure } from '../model/failure.ts'
import { isLost, postgresFailure } from './postgres-failure.ts'
import { postgresLocks } from './postgres-lock.ts'
import { numbered } from './postgres-text.ts'
import type { Database, Sql, SqlValue } from './sql.ts'
import { cleanValues } from './text.ts'

/** Numbers come as numbers: `bigint` (20) and `numeric` (1700, what `sum` gives). `bytea` (17) as plain bytes. */
function parserOf(type: number): (text: string) => unknown {
  if (type === 20 || type === 1700) return Number
  if (type === 17) return (text) => new Uint8Array(Buffer.from(text.slice(2), 'hex'))
  return pg.types.getTypeParser(type)
}

/** Opens a Postgres store: a pool of connections, each statement with a time limit. Connects on first use. */
export function openPostgres(url: string): Database {
  const where = placeOf(url)
  const settings: pg.ClientConfig = {
    connectionString: url,
    application_name: 'assay',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 5_000,
    types: { getTypeParser: ((type: number) => parserOf(type)) as typeof pg.types.getTypeParser },
  }
  const pool = new pg.Pool({
    ...settings,
    max: 10,
    statement_timeout: 30_000,
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 60_000,
  })
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  const locks = postgresLocks(async () => {
    const client = new pg.Client({ ...settings, query_timeout: 10_000 })
    client.on('error', ignore)
    await client.connect().catch(fail)
    return client
  })
  let closed = false

  function fail(error: unknown): never {
    throw postgresFailure(error, where)
  }

  async function query(client: pg.Pool | pg.PoolClient, text: string, values: readonly SqlValue[]) {
    return client.query(numbered(text), cleanValues(values) as SqlValue[]).catch(fail)
  }

  async function commit(client: pg.PoolClient): Promise<void> {
    const { command } = await query(client, 'commit', []).catch((error: unknown) => {
      if (!isLost(error)) throw error
      throw new Failure('store_commit_unknown', `The store at ${where} was lost while it committed.`, {
        retryable: true,
        remedy: 'none needed: what is stored is read again',
        cause: error,
      })
    })
    if (command !== 'COMMIT') throw new Error('a statement of this transaction had failed: nothing was stored')
  }

  return {
    engine: 'postgres',
    all: async <Row extends object>(text: string, values: readonly SqlValue[] = []) =>
      (await query(pool, text, values)).rows as Row[],
    run: async (text, values = []) => (await query(pool, text, values)).rowCount ?? 0,
    async transaction(work) {
      const client = await pool.connect().catch(fail)
      const [sql, end] = transactionSql((text, values) => query(client, text, values))
      let broken = false
      try {
        await query(client, 'begin', [])
        const result = await work(sql)
        end()
        await commit(client)
        return result
      } catch (error) {
        end()
        broken =
          isLost(error) ||
          (await client.query('rollback').then(
            () => false,
            () => true,
          ))
        throw error
      } finally {
        client.release(broken)
      }
    },
    lock: (name) => locks.lock(name).catch(fail),
    async close() {
      if (closed) return
      closed = true
      await locks.releaseAll()
      await pool.end()
    },
  }
}

/** The statements of one transaction; refuses those that come after its end, when the connection is somebody else's. */
function transactionSql(
  query: (text: string, values: readonly SqlValue[]) => Promise<pg.QueryResult>,
): [Sql, () => void] {
  let ended = false
  async function running(text: string, values: readonly SqlValue[]): Promise<pg.QueryResult> {
    if (ended) throw new Error('this transaction has ended')
    return query(text, values)
  }
  const sql: Sql = {
    engine: 'postgres',
    all: async <Row extends object>(text: string, values: readonly SqlValue[] = []) =>
      (await running(text, values)).rows as Row[],
    run: async (text, values = []) => (await running(text, values)).rowCount ?? 0,
  }
  return [
    sql,
    () => {
      ended = true
    },
  ]
}

/** Host, port and database of a url, never its user or password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the configured address'
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = hostname || (searchParams.get('host') ?? 'localhost')
  return `${host}${port === '' ? '' : `:${port}`}${pathname}`
}

/** A connection's end is told by the statement that needs it; without a listener it would end the process. */
function ignore(): void {}
