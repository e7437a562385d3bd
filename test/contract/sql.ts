import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/store/sql.ts'
import { until } from '../support/until.ts'

/** What every database behind the port promises. `make` opens an empty one of the kind; `again` a second handle to the same, where there can be one. */
export function sqlContract(make: () => Promise<{ db: Database; again: (() => Promise<Database>) | null }>): void {
  async function using(work: (db: Database, again: (() => Promise<Database>) | null) => Promise<void>): Promise<void> {
    const { db, again } = await make()
    try {
      await work(db, again)
    } finally {
      await db.close()
    }
  }
  const withTable = (db: Database) =>
    db.run(
      'create table if not exists t (id bigint primary key, name text, amount bigint)'.replaceAll(
        'bigint',
        db.engine === 'sqlite' ? 'integer' : 'bigint',
      ),
    )
  const names = async (db: Database) =>
    (await db.all<{ name: string }>('select name from t order by id')).map(({ name }) => name)

  describe('values', () => {
    it('come back as they went in, as plain objects', () =>
      using(async (db) => {
        await withTable(db)
        await db.run('insert into t (id, name, amount) values (?, ?, ?), (?, ?, ?)', [
          1,
          'ü 🎉 \' " ? $1',
          4_102_444_800_000,
          2,
          null,
          -1,
        ])
        const rows = await db.all('select id, name, amount from t order by id')
        expect(rows).toStrictEqual([
          { id: 1, name: 'ü 🎉 \' " ? $1', amount: 4_102_444_800_000 },
          { id: 2, name: null, amount: -1 },
        ])
      }))

    it('are numbers also where they are sums and counts', () =>
      using(async (db) => {
        await withTable(db)
        await db.run('insert into t (id, amount) values (1, 5000000000), (2, 7)')
        const [row] = await db.all(
          'select cast(sum(amount) as bigint) as sum, count(*) as count, max(amount) as max from t',
        )
        expect(row).toStrictEqual({ sum: 5_000_000_007, count: 2, max: 5_000_000_000 })
      }))

    it('of bytes are Uint8Array', () =>
      using(async (db) => {
        await db.run(`create table b (entries ${db.engine === 'sqlite' ? 'blob' : 'bytea'})`)
        await db.run('insert into b (entries) values (?)', [new Uint8Array([0, 255, 7])])
        const [row] = await db.all<{ entries: Uint8Array }>('select entries from b')
        expect(Array.from(row?.entries ?? [])).toEqual([0, 255, 7])
        expect(row?.entries).toBeInstanceOf(Uint8Array)
      }))

    it('lose U+0000 and lone surrogates on the way in', () =>
      using(async (db) => {
        await withTable(db)
        await db.run('insert into t (id, name) values (?, ?)', [1, 'a\u0000b\ud800c\udc00d🎉'])
        expect(await names(db)).toEqual(['a\uFFFDb\uFFFDc\uFFFDd🎉'])
        const found = await db.all('select id from t where name = ?', ['a\u0000b\ud800c\udc00d🎉'])
        expect(found).toHaveLength(1)
      }))

    it('may hold question marks in the text of the statement', () =>
      using(async (db) => {
        const [row] = await db.all<{ a: string; b: number }>("select 'what?' as a, cast(? as bigint) as b -- ?", [3])
        expect(row).toStrictEqual({ a: 'what?', b: 3 })
      }))
  })

  describe('run', () => {
    it('answers how many rows it changed', () =>
      using(async (db) => {
        await withTable(db)
        expect(await db.run('insert into t (id) values (1), (2), (3)')).toBe(3)
        expect(await db.run('update t set amount = 1 where id > ?', [1])).toBe(2)
        expect(await db.run('insert into t (id) values (1) on conflict do nothing')).toBe(0)
        expect(await db.run('delete from t where id = 9')).toBe(0)
      }))

    it('throws a wrong statement as it is', () =>
      using(async (db) => {
        await expect(db.run('insert into nowhere values (1)')).rejects.not.toHaveProperty('retryable')
      }))
  })

  describe('a transaction', () => {
    it('is rolled back as a whole when its work throws, and the database goes on', () =>
      using(async (db) => {
        await withTable(db)
        const failing = db.transaction(async (sql) => {
          await sql.run("insert into t (id, name) values (1, 'gone')")
          throw new Error('no')
        })
        await expect(failing).rejects.toThrow('no')
        await db.run("insert into t (id, name) values (2, 'stays')")
        expect(await names(db)).toEqual(['stays'])
      }))

    it('is rolled back when a statement fails, and says which', () =>
      using(async (db) => {
        await withTable(db)
        const failing = db.transaction(async (sql) => {
          await sql.run('insert into t (id) values (1)')
          await sql.run('insert into t (id) values (1)')
        })
        await expect(failing).rejects.toThrow(/unique|duplicate/i)
        expect(await db.all('select id from t')).toEqual([])
      }))

    it('answers what its work answers', () =>
      using(async (db) => {
        expect(await db.transaction(async () => 'done')).toBe('done')
      }))

    it('is joined by no other statement: a read in its middle sees what was before, a write waits or stands apart', () =>
      using(async (db) => {
        await withTable(db)
        await db.run("insert into t (id, name) values (0, 'before')")
        const middle = Promise.withResolvers<void>()
        const finish = Promise.withResolvers<void>()
        const failing = db.transaction(async (sql) => {
          await sql.run("insert into t (id, name) values (1, 'inside')")
          middle.resolve()
          await finish.promise
          expect(await sql.all('select id from t where id = 2')).toEqual([])
          throw new Error('rolled back')
        })
        await middle.promise
        const read = names(db)
        const write = db.run("insert into t (id, name) values (5, 'beside')")
        finish.resolve()
        await expect(failing).rejects.toThrow('rolled back')
        expect(await read).not.toContain('inside')
        expect(await write).toBe(1)
        expect(await names(db)).toEqual(['before', 'beside'])
      }))

    it('lends its statements only until it ends', () =>
      using(async (db) => {
        await withTable(db)
        const stray = await db.transaction(async (sql) => sql)
        await expect(stray.run('insert into t (id) values (1)')).rejects.toThrow('has ended')
        expect(await db.all('select id from t')).toEqual([])
      }))

    it('of many at once all happen', () =>
      using(async (db) => {
        await withTable(db)
        await db.run('insert into t (id, amount) values (1, 0)')
        await Promise.all(
          Array.from({ length: 40 }, () =>
            db.transaction(async (sql) => {
              await sql.run('update t set amount = amount + 1 where id = 1')
            }),
          ),
        )
        expect(await db.all('select amount from t')).toEqual([{ amount: 40 }])
      }))
  })

  describe('a lock', () => {
    it('is held by one, whatever the handle, until it is released', () =>
      using(async (db, again) => {
        const other = (await again?.()) ?? db
        const held = await db.lock('leader')
        expect(held).not.toBeNull()
        expect(await db.lock('leader')).toBeNull()
        expect(await other.lock('leader')).toBeNull()
        const beside = await other.lock('another')
        expect(beside).not.toBeNull()
        await held?.release()
        expect(held?.lost.aborted).toBe(true)
        const next = await other.lock('leader')
        expect(next).not.toBeNull()
        if (other !== db) await other.close()
      }))

    it('goes when the database is closed', () =>
      using(async (db, again) => {
        if (again === null) return
        const other = await again()
        const held = await other.lock('leader')
        expect(await db.lock('leader')).toBeNull()
        await other.close()
        expect(held?.lost.aborted).toBe(true)
        await until('the lock to be free', () => db.lock('leader'))
      }))
  })
}
