import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../model/failure.ts'
import { ensureCurrent, migrate } from './migrate.ts'
import { openPostgres } from './postgres.ts'
import type { Database } from './sql.ts'
import { openSqlite } from './sqlite.ts'

/** Where the store is, secrets already resolved. `path` may be `:memory:`. */
export type StoreConfig =
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'postgres'; readonly url: string }

/**
 * Opens the store and brings its schema up to date; for SQLite the folder and the file are made. With `readOnly` nothing is
 * made or changed. Throws a `Failure` with a remedy where it can't be used: missing, damaged, not writable, full,
 * unreachable, or written by a newer version.
 */
export async function openStore(config: StoreConfig, options: { readOnly?: boolean } = {}): Promise<Database> {
  const readOnly = options.readOnly === true
  const db = config.type === 'sqlite' ? openFile(config.path, readOnly) : openPostgres(config.url)
  const place = config.type === 'sqlite' ? config.path : 'in Postgres'
  try {
    if (config.type === 'postgres') await ensureUnicode(db)
    await (readOnly ? ensureCurrent(db, place) : migrate(db, place))
    return db
  } catch (error) {
    await db.close()
    throw error
  }
}

function openFile(path: string, readOnly: boolean): Database {
  if (path !== ':memory:') {
    if (readOnly && !existsSync(path)) {
      throw new Failure('store_missing', `There is no store at ${path} yet.`, {
        remedy: 'start Assay first: `assay run`',
      })
    }
    if (!readOnly) makeFolder(dirname(path))
  }
  return openSqlite(path, { readOnly })
}

function makeFolder(folder: string): void {
  // One by one: the recursive form never comes back where the system says of a folder both that it is there and that it isn't.
  const missing: string[] = []
  for (let above = folder; !existsSync(above); above = dirname(above)) missing.unshift(above)
  try {
    for (const path of missing) makeOne(path)
    if (!statSync(folder).isDirectory()) throw new Error('it is a file')
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new Failure('store_not_writable', `The store's folder ${folder} cannot be made (${said}).`, {
      remedy: 'name a path in a folder that Assay may write to',
      cause: error,
    })
  }
}

/** Another process may have made it meanwhile. */
function makeOne(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}

/** A database in another encoding can't hold every name that arrives. */
async function ensureUnicode(db: Database): Promise<void> {
  const [row] = await db.all<{ encoding: string }>("select current_setting('server_encoding') as encoding")
  if (row?.encoding === 'UTF8') return
  throw new Failure(
    'store_encoding',
    `The store's database is encoded in ${row?.encoding ?? 'something unknown'}, not UTF8.`,
    {
      remedy: "create the database with `encoding 'UTF8' template template0`",
    },
  )
}
