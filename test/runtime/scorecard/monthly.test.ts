import { openStore } from '../../../src/store/open.ts'
import { monthlyContract } from '../../contract/monthly.ts'
import { withPostgres } from '../../support/postgres.ts'
import { describe } from 'vitest'

describe('on SQLite', () => monthlyContract(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('on Postgres', (postgres) =>
  monthlyContract(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
