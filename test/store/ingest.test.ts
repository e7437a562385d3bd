import { afterAll, describe } from 'vitest'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { ingestContract } from '../contract/sql-ingest.ts'
import { keptContract } from '../contract/sql-kept.ts'
import { volumeContract } from '../contract/sql-volume.ts'
import { withPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

function contract(make: () => Promise<Database>): void {
  ingestContract(make)
  keptContract(make)
  volumeContract(make)
}

describe('SQLite in a file', () => contract(() => openStore({ type: 'sqlite', path: folder.file('db') })))
describe('SQLite in memory', () => contract(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('Postgres', (postgres) =>
  contract(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
