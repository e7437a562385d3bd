import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepWriter } from '../../src/runtime/keep-writer.ts'
import { takeWriter, type Writer } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { withPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'

withPostgres("a writer's slot whose lock goes with its connection", (postgres) => {
  let db: Database
  let writer: Writer
  const stopping = () => new AbortController()
  beforeEach(async () => {
    db = await openStore({ type: 'postgres', url: await postgres.createDatabase() })
    writer = await takeWriter(db)
  })
  afterEach(() => db.close())

  /** The connections that hold a lock. */
  async function holders(): Promise<number[]> {
    const rows = await db.all<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
    return rows.map(({ pid }) => pid)
  }

  async function cut(): Promise<void> {
    const [pid = 0] = await holders()
    await db.all('select pg_terminate_backend(cast(? as integer))', [pid])
    await until('the connection to be gone', async () => !(await holders()).includes(pid))
    await until('the loss to be noticed', () => writer.lost.aborted)
  }

  it('is free for anybody when nobody keeps it', async () => {
    await cut()
    expect((await takeWriter(db)).slot).toBe(1)
  })

  it('is locked again, time after time, and let go at the end', async () => {
    const stop = stopping()
    const keeping = keepWriter(db, writer, stop.signal)
    for (let time = 0; time < 2; time++) {
      await cut()
      await until('the lock to be back', async () => (await holders()).length === 1)
    }
    const other = await takeWriter(db)
    expect(other.slot).toBe(2)
    await other.release()
    stop.abort()
    await keeping
    await until('the lock to be gone', async () => (await holders()).length === 0)
  })

  it('is waited for while the server holds it for a connection it does not know to be dead', async () => {
    const stop = stopping()
    await cut()
    const ghost = await db.lock('writer-1')
    let attempts = 0
    const lock = (name: string) => {
      attempts += 1
      return db.lock(name)
    }
    const keeping = keepWriter({ ...db, lock }, writer, stop.signal)
    await until('a second attempt', () => attempts > 1)
    const [before] = await holders()
    await ghost?.release()
    await until('the lock to be back', async () => (await holders()).some((pid) => pid !== before))
    stop.abort()
    await keeping
  })

  it.each(['that holds it', 'that had it'])('is given up for good to another %s', async (which) => {
    await cut()
    const other = await takeWriter(db)
    if (which === 'that had it') await other.release()
    await expect(keepWriter(db, writer, stopping().signal)).rejects.toMatchObject({ code: 'writer_taken' })
    const left = which === 'that had it' ? 0 : 1
    await until('its own connections to be gone', async () => (await holders()).length === left)
  })
})
