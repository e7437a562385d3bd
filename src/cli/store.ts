import { resolve } from 'node:path'
import type { Project } from '../config/project.ts'
import { Failure } from '../model/failure.ts'
import { storeConfigOf } from '../runtime/secrets.ts'
import { openStore } from '../store/open.ts'
import type { Database } from '../store/sql.ts'
import type { Io } from './io.ts'

/** The configured store, to read from beside a running daemon. Throws a `Failure` where there is none. */
export async function openForReading(project: Project, io: Pick<Io, 'env'>): Promise<Database> {
  const config = storeConfigOf(project.assay.value.store, project.root, io.env, resolve)
  if (config.type === 'sqlite' && config.path === ':memory:') {
    throw new Failure(
      'store_in_memory',
      'The store is in the memory of the running Assay, where no other can read it.',
      {
        remedy: 'Ask its page, or name a file under store.path.',
      },
    )
  }
  return openStore(config, { readOnly: true })
}
