import { createServer, connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { readPositions } from '../../src/store/positions.ts'
import type { Database } from '../../src/store/sql.ts'
import { countingCommit, DAY_0, stepOf } from '../support/commits.ts'
import { withPostgres } from '../support/postgres.ts'
import { createPostgresServer, postgresPrograms, type PostgresServer } from '../support/postgres-server.ts'
import { until } from '../support/until.ts'

withPostgres('a Postgres that fails', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await createPostgresServer(postgresPrograms() ?? '')
  })
  afterAll(() => server.remove())

  const received = async (db: Database) =>
    (await db.all<{ n: number }>('select cast(sum(received) as bigint) as n from window_minute'))[0]?.n

  it.each(['stop', 'kill'] as const)('by a %s under load loses nothing and doubles nothing', async (how) => {
    const db = await openStore({ type: 'postgres', url: await server.createDatabase() })
    const failures: unknown[] = []
    let done = false
    const working = (async () => {
      let writer = await takeWriter(db)
      while (!done) {
        try {
          if (writer.lost.aborted) writer = await takeWriter(db)
          const from = (await readPositions(db, 'web')).get('p') ?? null
          const next = Number(from ?? 0) + 1
          await commitIngest(db, writer, countingCommit('Order', DAY_0, 1, stepOf(from, String(next))))
        } catch (error) {
          failures.push(error)
          await new Promise((turn) => setImmediate(turn))
        }
      }
    })()
    const stored = async () =>
      Number((await readPositions(db, 'web').catch(() => new Map<string, string>())).get('p') ?? 0)
    await until('commits before', async () => (await stored()) > 50)
    await server[how]()
    await until('failures', () => failures.length > 5)
    await server.start()
    const before = await until('the store to answer', stored)
    await until('commits after', async () => (await stored()) > before + 50)
    done = true
    await working
    expect(await received(db)).toBe(await stored())
    for (const failure of failures) expect(failure).toMatchObject({ name: 'Failure', retryable: true })
    await db.close()
  })

  it('tells the holder of a lock that it is lost', async () => {
    const db = await openStore({ type: 'postgres', url: await server.createDatabase() })
    const lock = await db.lock('leader')
    expect(lock?.lost.aborted).toBe(false)
    await server.stop()
    await until('the loss to be noticed', () => lock?.lost.aborted)
    await server.start()
    await lock?.release()
    await db.close()
  })

  describe('while it commits', () => {
    it.each([
      ['after the commit arrived', true, 'committed'],
      ['before the commit arrived', false, 'store_commit_unknown'],
    ] as const)('%s: what happened is found out', async (_, delivered, expected) => {
      const real = new URL(await server.createDatabase())
      const proxy = await cuttingProxy(Number(real.port))
      const url = new URL(real.href)
      url.port = String(proxy.port)
      const db = await openStore({ type: 'postgres', url: url.href })
      const writer = await takeWriter(db)
      await commitIngest(db, writer, countingCommit('Order', DAY_0, 1, stepOf(null, '1')))
      proxy.cutNextCommit(delivered)
      const outcome = await commitIngest(db, writer, countingCommit('Order', DAY_0, 1, stepOf('1', '2'))).catch(
        (error: unknown) => (error as { code: string }).code,
      )
      expect(outcome).toBe(expected)
      const from = delivered ? '2' : '1'
      expect(await readPositions(db, 'web')).toEqual(new Map([['p', from]]))
      const next = countingCommit('Order', DAY_0, 1, stepOf(from, '3'))
      expect(await commitIngest(db, writer, next)).toBe('committed')
      expect(await received(db)).toBe(delivered ? 3 : 2)
      await db.close()
      proxy.close()
    })
  })
})

/** Stands between client and server, and cuts the connection of the next commit, before or after passing it on. */
async function cuttingProxy(
  target: number,
): Promise<{ port: number; cutNextCommit(delivered: boolean): void; close(): void }> {
  let cut: { delivered: boolean } | null = null
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    let silent = false
    client.on('data', (chunk) => {
      if (cut !== null && chunk.includes('commit\u0000')) {
        const { delivered } = cut
        cut = null
        silent = true
        if (!delivered) client.destroy()
        else upstream.write(chunk)
        return
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (silent) client.destroy()
      else client.write(chunk)
    })
  })
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening))
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    cutNextCommit(delivered) {
      cut = { delivered }
    },
    close() {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
