import { claimStore, takeWriter, type Writer } from '../store/leases.ts'
import { openStore, type StoreConfig } from '../store/open.ts'
import type { Database } from '../store/sql.ts'
import { keepWriter } from './keep-writer.ts'
import type { Lifetime } from './lifetime.ts'

/** Opens the store for this process: claimed, with a writer's slot of its own that is kept for as long as it lives. */
export async function holdStore(
  config: StoreConfig,
  lifetime: Lifetime,
): Promise<{ readonly db: Database; readonly writer: Writer }> {
  const db = await openStore(config)
  lifetime.atStop(() => db.close())
  const claim = await claimStore(db, config.type === 'sqlite' ? config.path : 'in Postgres')
  lifetime.atStop(() => claim.release())
  const writer = await takeWriter(db)
  lifetime.atStop(() => writer.release())
  lifetime.keep(keepWriter(db, writer, lifetime.stopping))
  return { db, writer }
}
