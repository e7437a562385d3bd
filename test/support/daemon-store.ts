import { join } from 'node:path'
import { describe, it } from 'vitest'
import type { StoreConfig } from '../../src/store/open.ts'
import { withPostgres } from './postgres.ts'
import { THOROUGH } from './thorough.ts'

/** A daemon's store, new and empty: `yaml` and `env` are what its project is given, `at` opens it beside the daemon. */
export interface DaemonStore {
  readonly yaml: string
  readonly env: Readonly<Record<string, string>>
  readonly at: (projectRoot: string) => StoreConfig
}

/**
 * Registers a suite that runs daemons on SQLite, and with ASSAY_REQUIRE=all on Postgres as well. Each test of it is registered with
 * the `test` it is given and asks `makeStore` for its store. `length`: what the second run takes, for its name.
 */
export function onEachStore(
  name: string,
  length: string,
  suite: (makeStore: () => Promise<DaemonStore>, test: typeof it | ReturnType<typeof it.skipIf>) => void,
): void {
  describe(`${name}, on SQLite`, () =>
    suite(
      async () => ({
        yaml: '{ type: sqlite, path: .assay/assay.db }',
        env: {},
        at: (root) => ({ type: 'sqlite', path: join(root, '.assay/assay.db') }),
      }),
      it,
    ))
  withPostgres(`${name}, on Postgres (${length}: with ASSAY_REQUIRE=all)`, (postgres) =>
    suite(async () => {
      const url = await postgres.createDatabase()
      return {
        yaml: '{ type: postgres, url: { env: ASSAY_DATABASE_URL } }',
        env: { ASSAY_DATABASE_URL: url },
        at: () => ({ type: 'postgres', url }),
      }
    }, it.skipIf(!THOROUGH)),
  )
}
