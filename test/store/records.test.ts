import { afterAll, describe } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import { recordsContract } from '../contract/sql-records.ts'
import { withPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

describe('SQLite in a file', () => recordsContract(() => openStore({ type: 'sqlite', path: folder.file('db') })))
describe('SQLite in memory', () => recordsContract(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('Postgres', (postgres) =>
  recordsContract(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
