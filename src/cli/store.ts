import { resolve } from 'node:path'
import type { Project } from '../config/project.ts'
import { Failure } from '../model/failure.ts'
import { storeConfigOf } from '../runtime/secrets.ts'
import { openStore } from '../store/open.ts'
import type { Database } from '../store/sql.ts'
import type { Io } from './io.ts'

/** The configured store, to read from beside a running daemon. Throws a `Failure` where there is none. */
export function openForReading(project: Project, io: Pick<Io, 'env'>): Promise<Database> {
  return open(project, io, true)
}

/** The same, to leave word in it for the daemon. */
export async function openForWriting(project: Project, io: Pick<Io, 'env'>): Promise<Database> {
  // It makes no store and changes no schema: that is for the daemon.
  await (await openForReading(project, io)).close()
  return open(project, io, false)
}

async function open(project: Project, io: Pick<Io, 'env'>, readOnly: boolean): Promise<Database> {
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
  return openStore(config, { readOnly })
}
