import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { Database } from './sql.ts'

/** How often a held lock's connection is tried, in ms. */
const HEARTBEAT = 5_000

/** An advisory lock's number for a name. */
export function lockNumber(name: string): string {
  return createHash('sha256').update(`assay:${name}`).digest().readBigInt64BE(0).toString()
}

/**
 * Named locks of a Postgres store: an advisory lock on a connection of its own, which the server takes back when the
 * connection ends; it notices a vanished machine within 30 s. `lost` aborts when the connection is gone.
 */
export function postgresLocks(
  connect: () => Promise<Client>,
): Pick<Database, 'lock'> & { releaseAll(): Promise<void> } {
  const held = new Set<() => Promise<void>>()

  return {
    async lock(name) {
      const client = await connect()
      const lost = new AbortController()
      client.on('error', () => lost.abort())
      client.on('end', () => lost.abort())
      let taken = false
      try {
        await client.query(
          'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
        )
        const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
          lockNumber(name),
        ])
        taken = rows[0]?.taken === true
      } finally {
        if (!taken) await client.end().catch(() => undefined)
      }
      if (!taken) return null
      const beat = setInterval(
        () => client.query('select 1').catch(() => client.end().catch(() => undefined)),
        HEARTBEAT,
      )
      beat.unref()
      lost.signal.addEventListener('abort', () => clearInterval(beat))
      const release = async () => {
        held.delete(release)
        clearInterval(beat)
        await client.end().catch(() => undefined)
        lost.abort()
      }
      held.add(release)
      return { release, lost: lost.signal }
    },
    async releaseAll() {
      await Promise.all([...held].map((release) => release()))
    },
  }
}
