import { describe } from 'vitest'
import { openStore } from '../../../src/store/open.ts'
import { monthFactsContract } from '../../contract/month-facts.ts'
import { withPostgres } from '../../support/postgres.ts'

describe('on SQLite', () => monthFactsContract(() => openStore({ type: 'sqlite', path: ':memory:' })))
withPostgres('on Postgres', (postgres) =>
  monthFactsContract(async () => openStore({ type: 'postgres', url: await postgres.createDatabase() })),
)
