import { DatabaseSync } from 'node:sqlite'
import { isBusy, sqliteFailure } from './sqlite-failure.ts'
import type { Database } from './sql.ts'

type Locks = Pick<Database, 'lock'> & { releaseAll(): Promise<void> }

/**
 * Named locks beside an SQLite file: an exclusive transaction held on an empty side file, which the system takes back
 * when the process dies, however it dies. The side files stay: removing one would let two processes hold "the same" lock.
 */
export function fileLocks(path: string): Locks {
  return createLocks((name) => {
    const file = `${path}.lock-${name.replaceAll(/[^\w-]/g, '_')}`
    let database: DatabaseSync | null = null
    try {
      database = new DatabaseSync(file, { timeout: 0 })
      database.exec('begin exclusive')
      const held = database
      return () => held.close()
    } catch (error) {
      database?.close()
      if (isBusy(error)) return null
      throw sqliteFailure(error, file)
    }
  })
}

/** Locks of a store in memory: nobody else can have it, so that they only exclude each other within this process. */
export function memoryLocks(): Locks {
  return createLocks(() => () => undefined)
}

function createLocks(take: (name: string) => (() => void) | null): Locks {
  const held = new Map<string, { free: () => void; lost: AbortController }>()

  function release(name: string, lost: AbortController): void {
    const lock = held.get(name)
    if (lock?.lost !== lost) return
    held.delete(name)
    lock.free()
    lost.abort()
  }

  return {
    async lock(name) {
      if (held.has(name)) return null
      const free = take(name)
      if (free === null) return null
      const lost = new AbortController()
      held.set(name, { free, lost })
      return { release: async () => release(name, lost), lost: lost.signal }
    },
    async releaseAll() {
      for (const [name, { lost }] of [...held]) release(name, lost)
    },
  }
}
