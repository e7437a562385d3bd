export type SqlValue = string | number | null | Uint8Array

/**
 * The port to a database. One SQL text serves both engines: placeholders are `?`, times integer epoch milliseconds,
 * flags integers, documents JSON text. Integers come back as numbers (never strings or bigints), blobs as `Uint8Array`.
 * Text values have U+0000 and lone surrogates replaced by U+FFFD on the way in, on both engines alike.
 * Infrastructure that is broken throws a `Failure` with `retryable`; a statement that is wrong throws as it is.
 */
export interface Sql {
  readonly engine: 'sqlite' | 'postgres'
  /** All rows of a query, as plain objects. */
  all<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<Row[]>
  /** Runs a statement and answers how many rows it changed. */
  run(text: string, values?: readonly SqlValue[]): Promise<number>
}

/** A database that is open. */
export interface Database extends Sql {
  /** Runs `work` in one write transaction; rolled back if it throws. No other statement joins it. */
  transaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>
  /**
   * Takes a lock that lives as long as this process's hold on the database (an exclusive file for SQLite, an advisory lock
   * on a connection of its own for Postgres); null where another holds it. `lost` aborts when it is gone.
   */
  lock(name: string): Promise<{ release(): Promise<void>; lost: AbortSignal } | null>
  close(): Promise<void>
}
