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

interface Prepared {
  readonly statement: StatementSync
  readonly columns: readonly string[]
}

/** Made from an array, a row costs a third of what copying node:sqlite's own does, which have no prototype. */
function rowOf(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [place, name] of columns.entries()) row[name] = values[place]
  return row
}

/** `timeout`: how long, in ms, a statement may block the process while another one holds the file. */
export function connectSqlite(path: string, options: { readOnly: boolean; timeout: number }): SqliteConnection {
  const database = attempt(() => new DatabaseSync(path, options))
  const statements = new Map<string, Prepared>()

  function prepared(text: string): Prepared {
    const known = statements.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    statement.setReturnArrays(true)
    const columns = statement.columns().map(({ name }) => name)
    if (statements.size >= KEPT_STATEMENTS) {
      const [oldest] = statements.keys()
      if (oldest !== undefined) statements.delete(oldest)
    }
    const made = { statement, columns }
    statements.set(text, made)
    return made
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
        const { statement, columns } = prepared(text)
        // With arrays returned, which the types don't know.
        const rows = statement.all(...(cleanValues(values) as readonly SQLInputValue[])) as unknown as unknown[][]
        return rows.map((row) => rowOf(columns, row)) as Row[]
      }),
    run: (text, values) =>
      attempt(() => Number(prepared(text).statement.run(...(cleanValues(values) as readonly SQLInputValue[])).changes)),
    exec: (text) => database.exec(text),
    isInTransaction: () => database.isTransaction,
    close() {
      statements.clear()
      if (database.isOpen) database.close()
    },
  }
}
