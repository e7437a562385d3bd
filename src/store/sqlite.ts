import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../model/failure.ts'
import { createQueue } from './queue.ts'
import type { Database, Sql, SqlValue } from './sql.ts'
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts'
import { isBusy, sqliteFailure } from './sqlite-failure.ts'
import { fileLocks, memoryLocks } from './sqlite-lock.ts'

/** How long a write waits, in ms and without blocking the process, for another process to end its own. */
const WRITE_PATIENCE = 10_000

/**
 * Opens an SQLite store. Write transactions queue for the one writing connection; reads have their own and never wait.
 * `:memory:` has one connection, so that there reads queue as well: don't call the database from inside a transaction's work.
 */
export function openSqlite(path: string, options: { readOnly?: boolean } = {}): Database {
  const readOnly = options.readOnly === true
  const inMemory = path === ':memory:'
  const writes = readOnly ? null : openWriting(path)
  const reads = inMemory && writes !== null ? writes : openReading(path, writes)
  const locks = inMemory ? memoryLocks() : fileLocks(path)
  const queue = createQueue()
  let closed = false

  function ensureOpen(): void {
    if (closed) throw new Failure('store_closed', `The store ${path} is closed.`)
  }

  /** Gives `work` the writing connection inside a transaction; nobody else has it meanwhile. */
  function exclusively<Result>(work: (connection: SqliteConnection) => Promise<Result>): Promise<Result> {
    return queue(async () => {
      ensureOpen()
      if (writes === null) throw new Failure('store_read_only', `The store ${path} was opened to be read only.`)
      await begin(writes, path)
      try {
        const result = await work(writes)
        writes.exec('commit')
        return result
      } catch (error) {
        rollBack(writes)
        throw sqliteFailure(error, path)
      }
    })
  }

  return {
    engine: 'sqlite',
    async all<Row extends object>(text: string, values: readonly SqlValue[] = []) {
      ensureOpen()
      if (reads !== writes) return reads.all<Row>(text, values)
      return queue(async () => {
        ensureOpen()
        return reads.all<Row>(text, values)
      })
    },
    run: (text, values = []) => exclusively(async (connection) => connection.run(text, values)),
    transaction: (work) =>
      exclusively(async (connection) => {
        const [sql, end] = transactionSql(connection)
        try {
          return await work(sql)
        } finally {
          end()
        }
      }),
    async lock(name) {
      ensureOpen()
      return locks.lock(name)
    },
    async close() {
      await queue(async () => {
        if (closed) return
        closed = true
        await locks.releaseAll()
        reads.close()
        writes?.close()
      })
    },
  }
}

/** The statements of one transaction; refuses those that come after its end instead of letting them slip into the next. */
function transactionSql(connection: SqliteConnection): [Sql, () => void] {
  let ended = false
  function ensureRunning(): void {
    if (ended) throw new Error('this transaction has ended')
  }
  const sql: Sql = {
    engine: 'sqlite',
    async all<Row extends object>(text: string, values: readonly SqlValue[] = []) {
      ensureRunning()
      return connection.all<Row>(text, values)
    },
    async run(text, values = []) {
      ensureRunning()
      return connection.run(text, values)
    },
  }
  return [
    sql,
    () => {
      ended = true
    },
  ]
}

/** Takes the write lock at once, so that no statement inside can find the file busy. */
async function begin(connection: SqliteConnection, path: string): Promise<void> {
  const deadline = performance.now() + WRITE_PATIENCE
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    try {
      connection.exec('begin immediate')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw sqliteFailure(error, path)
    }
    await wait(pause)
  }
}

/** A full disk or an I/O error has already rolled back by itself. */
function rollBack(connection: SqliteConnection): void {
  if (!connection.isInTransaction()) return
  try {
    connection.exec('rollback')
  } catch {
    // what broke the transaction is thrown; the file's journal undoes the rest
  }
}

function openWriting(path: string): SqliteConnection {
  const connection = connectSqlite(path, { readOnly: false, timeout: 5_000 })
  try {
    connection.exec('pragma journal_mode = wal')
    connection.exec('pragma synchronous = full')
    connection.exec('pragma journal_size_limit = 33554432')
    connection.exec('pragma busy_timeout = 0')
    return connection
  } catch (error) {
    connection.close()
    throw sqliteFailure(error, path)
  }
}

function openReading(path: string, writes: SqliteConnection | null): SqliteConnection {
  try {
    return connectSqlite(path, { readOnly: true, timeout: 5_000 })
  } catch (error) {
    writes?.close()
    throw error
  }
}
