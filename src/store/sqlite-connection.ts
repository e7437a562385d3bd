import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqlValue } from './sql.ts'
import { sqliteFailure } from './sqlite-failure.ts'
import { cleanValues } from './text.ts'

/** One connection to an SQLite file, with its prepared statements. Synchronous: callers say when it is whose turn. */
export interface SqliteConnection {
  all<Row extends object>(text: string, values: readonly SqlValue[]): Row[]
  run(text: string, values: readonly SqlValue[]): number
  /** Statements without values, not kept prepared: `begin`, pragmas. Throws SQLite's own error. */
  exec(text: string): void
  isInTransaction(): boolean
  close(): void
}

/** Statements kept prepared. Texts with lists of values come in powers of two, so that few are ever needed. */
const KEPT_STATEMENTS = 400

/** `timeout`: how long, in ms, a statement may block the process while another one holds the file. */
export function connectSqlite(path: string, options: { readOnly: boolean; timeout: number }): SqliteConnection {
  const database = attempt(() => new DatabaseSync(path, options))
  const statements = new Map<string, StatementSync>()

  function prepared(text: string): StatementSync {
    const known = statements.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    if (statements.size >= KEPT_STATEMENTS) {
      const [oldest] = statements.keys()
      if (oldest !== undefined) statements.delete(oldest)
    }
    statements.set(text, statement)
    return statement
  }

  function attempt<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (error) {
      throw sqliteFailure(error, path)
    }
  }

  return {
    all: <Row extends object>(text: string, values: readonly SqlValue[]) =>
      attempt(() => {
        const rows = prepared(text).all(...(cleanValues(values) as readonly SQLInputValue[]))
        return rows.map((row) => ({ ...row })) as Row[] // node:sqlite's rows have no prototype
      }),
    run: (text, values) =>
      attempt(() => Number(prepared(text).run(...(cleanValues(values) as readonly SQLInputValue[])).changes)),
    exec: (text) => database.exec(text),
    isInTransaction: () => database.isTransaction,
    close() {
      statements.clear()
      if (database.isOpen) database.close()
    },
  }
}
