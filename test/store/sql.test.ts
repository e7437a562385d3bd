import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { openPostgres } from '../../src/store/postgres.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { sqlContract } from '../contract/sql.ts'
import { withPostgres } from '../support/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-sql-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('SQLite in a file', () => {
  let files = 0
  sqlContract(async () => {
    files += 1
    const path = join(folder, `${files}.db`)
    return { db: openSqlite(path), again: async () => openSqlite(path) }
  })
})

describe('SQLite in memory', () => {
  sqlContract(async () => ({ db: openSqlite(':memory:'), again: null }))
})

withPostgres('Postgres', (postgres) => {
  sqlContract(async () => {
    const url = await postgres.createDatabase()
    return { db: openPostgres(url), again: async () => openPostgres(url) }
  })
})
