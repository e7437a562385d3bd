import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createPostgresWarehouse } from '../../../../src/observe/tables/postgres/postgres-warehouse.ts'

it.each([
  ['whose password holds a slash', 'postgres://u:hunter/2@db:5432/x', "its url can't be read"],
  ['whose port is a word', 'postgres://u:hunter2@db:port/x', "its url can't be read"],
  ['that names a missing certificate', 'postgres://u:hunter2@db/x?sslrootcert=/nope.pem', '(ENOENT)'],
])('a url %s is a failure that says so, without the url', async (_what, url, says) => {
  const warehouse = createPostgresWarehouse({ id: 'main', url, statementTimeout: 1_000 })
  const failure: unknown = await warehouse.now().catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'Failure', code: 'warehouse_unreachable', retryable: false })
  expect(inspect(failure, { depth: 9 })).toContain(says)
  expect(inspect(failure, { depth: 9 })).not.toContain('hunter')
  await warehouse.close()
})
