import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { claimStore } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { connectSqlite } from '../../src/store/sqlite-connection.ts'
import { withPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary.ts'

const folder = temporaryFolder()
afterAll(folder.remove)
const sqlite = (path: string): StoreConfig => ({ type: 'sqlite', path })

/** What opening the store says: its sentence must name what is wrong, its remedy what to do. */
async function refusal(config: StoreConfig, options = {}): Promise<{ code: string; message: string; remedy: string }> {
  const error: unknown = await openStore(config, options).then(
    async (db) => {
      await db.close()
      return null
    },
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ name: 'Failure' })
  const failure = error as { code: string; message: string; remedy: string }
  expect(failure.remedy).not.toBe('')
  return failure
}

describe('a store in a file', () => {
  it('is made with its folder, and opened again as it was', async () => {
    const path = join(folder.path, 'deep/er/assay.db')
    const first = await openStore(sqlite(path))
    await first.run("insert into note (name, document) values ('a', '1')")
    await first.close()
    const again = await openStore(sqlite(path))
    expect(await again.all('select name from note')).toEqual([{ name: 'a' }])
    await again.close()
  })

  it('may be read while another writes to it', async () => {
    const path = folder.file('db')
    const writing = await openStore(sqlite(path))
    const reading = await openStore(sqlite(path), { readOnly: true })
    await writing.run("insert into note (name, document) values ('a', '1')")
    expect(await reading.all('select name from note')).toHaveLength(1)
    await expect(reading.run("insert into note (name, document) values ('b', '1')")).rejects.toMatchObject({
      code: 'store_read_only',
    })
    await reading.close()
    await writing.close()
  })

  it('in use by another Assay is said so', async () => {
    const path = folder.file('db')
    const [one, other] = [await openStore(sqlite(path)), await openStore(sqlite(path))]
    const claim = await claimStore(one, path)
    await expect(claimStore(other, path)).rejects.toMatchObject({
      code: 'store_in_use',
      message: expect.stringContaining(path),
    })
    await claim.release()
    await (await claimStore(other, path)).release()
    await one.close()
    await other.close()
  })

  it('that is missing is not made by a reader', async () => {
    const { code } = await refusal(sqlite(folder.file('db')), { readOnly: true })
    expect(code).toBe('store_missing')
  })

  it('of another program is left alone', async () => {
    const path = folder.file('db')
    writeFileSync(path, 'no database at all, but long enough to be taken for one '.repeat(50))
    expect(await refusal(sqlite(path))).toMatchObject({ code: 'store_corrupt', message: expect.stringContaining(path) })
  })

  it('in a place that is no folder, or a folder itself, is refused', async () => {
    const file = folder.file('txt')
    writeFileSync(file, '')
    expect(await refusal(sqlite(join(file, 'assay.db')))).toMatchObject({ code: 'store_not_writable' })
    const made = folder.file('dir')
    mkdirSync(made)
    expect(await refusal(sqlite(made))).toMatchObject({ code: 'store_not_writable' })
  })

  it.skipIf(process.getuid?.() === 0)('without the right to write is refused', async () => {
    const path = folder.file('db')
    await (await openStore(sqlite(path))).close()
    chmodSync(path, 0o444)
    expect(await refusal(sqlite(path))).toMatchObject({ code: 'store_not_writable' })
  })

  it('that cannot grow says so, and takes what comes once there is room', () => {
    const connection = connectSqlite(folder.file('db'), { readOnly: false, timeout: 0 })
    connection.exec('create table t (a text); pragma max_page_count = 10')
    const insert = () => connection.run('insert into t (a) values (?)', ['x'.repeat(100_000)])
    expect(insert).toThrow(expect.objectContaining({ code: 'store_full', retryable: true }))
    connection.exec('pragma max_page_count = 1000')
    expect(insert()).toBe(1)
    connection.close()
  })
})

function versionTests(make: () => Promise<StoreConfig>): void {
  it('written by a newer version is refused, with both versions and what to do', async () => {
    const config = await make()
    const db = await openStore(config)
    await db.run('insert into schema_version (version) values (999)')
    await db.close()
    for (const readOnly of [false, true]) {
      const { code, message, remedy } = await refusal(config, { readOnly })
      expect(code).toBe('store_newer')
      expect(message).toMatch(/version 999.*up to \d+/)
      expect(remedy).toContain('newer Assay')
    }
  })

  it('of an older version is not touched by a reader', async () => {
    const config = await make()
    const db = await openStore(config)
    await db.run('delete from schema_version')
    await db.close()
    expect(await refusal(config, { readOnly: true })).toMatchObject({ code: 'store_older' })
  })
}

describe('a store in SQLite', () => versionTests(async () => sqlite(folder.file('db'))))

withPostgres('a store in Postgres', (postgres) => {
  versionTests(async () => ({ type: 'postgres', url: await postgres.createDatabase() }))

  it('that does not answer, or does not exist, is said so without its password', async () => {
    const url = new URL(await postgres.createDatabase())
    url.password = 'hunter2'
    url.pathname = '/nowhere'
    expect(await refusal({ type: 'postgres', url: url.href })).toMatchObject({ code: 'store_missing' })
    url.port = '1'
    const failure = await refusal({ type: 'postgres', url: url.href })
    expect(failure).toMatchObject({ code: 'store_unreachable', retryable: true })
    expect(failure.message).toContain('127.0.0.1:1/nowhere')
    expect(JSON.stringify([failure, failure.message, failure.remedy])).not.toContain('hunter2')
  })

  it('in another encoding is refused', async () => {
    const { default: pg } = await import('pg')
    const url = new URL(await postgres.createDatabase())
    const client = new pg.Client(url.href)
    await client.connect()
    const name = `${url.pathname.slice(1)}_latin`
    await client.query(`create database ${name} encoding 'LATIN1' locale 'C' template template0`)
    await client.end()
    url.pathname = `/${name}`
    expect(await refusal({ type: 'postgres', url: url.href })).toMatchObject({ code: 'store_encoding' })
  })
})
