import { afterAll, describe } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import { ingestContract } from '../contract/sql-ingest.ts'
import { withPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

describe('SQLite in a file', () => ingestContract(() => openStore({ type: 'sqlite', path: folder.file('db') })))
describe('SQLite in memory', () => ingestContract(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('Postgres', (postgres) =>
  ingestContract(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
