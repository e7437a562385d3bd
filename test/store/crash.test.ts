import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { readPositions } from '../../src/store/positions.ts'
import type { Database } from '../../src/store/sql.ts'
import { startChild } from '../support/child.ts'
import { withPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

const KILLS = 4

function crashTests(make: () => Promise<StoreConfig>): void {
  it('a process killed between any two commits, or inside one, loses nothing and doubles nothing', async () => {
    const config = await make()
    let answered = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = startChild('commit-loop.ts', JSON.stringify(config))
      await until('commits', () => child.lines.length > 20 + kill * 17 || child.process.exitCode !== null)
      await child.kill()
      expect(child.errors()).toBe('')
      expect(child.lines[0]).toBe('ready 1') // the slot of the one killed before is free at once
      answered = Math.max(answered, ...child.lines.slice(1).map((line) => Number(line.replace('stored ', ''))))
    }
    const db = await openStore(config)
    const position = Number((await readPositions(db, 'loop')).get('p'))
    expect(position).toBeGreaterThanOrEqual(answered)
    for (const table of ['window_minute', 'window_hour', 'window_day', 'facet_minute', 'facet_hour']) {
      expect([table, await sum(db, `select cast(sum(received) as bigint) as n from ${table}`)]).toEqual([
        table,
        position,
      ])
    }
    expect(await sum(db, 'select count(*) as n from quarantine')).toBe(position)
    expect(await sum(db, 'select count(*) as n from sighting')).toBe(position)
    expect(await sum(db, 'select seq as n from writer')).toBe(position)
    await db.close()
  })

  it('a lock goes with the process that held it', async () => {
    const config = await make()
    const child = startChild('hold-lock.ts', JSON.stringify(config))
    await until('the child to hold the lock', () => child.lines[0] === 'held')
    const db = await openStore(config)
    expect(await db.lock('leader')).toBeNull()
    await child.kill()
    await until('the lock to be free', () => db.lock('leader'))
    await db.close()
  })

  it('processes that start at once on an empty store bring it up to date once', async () => {
    const config = await make()
    const children = [1, 2, 3].map(() => startChild('hold-lock.ts', JSON.stringify(config)))
    await until('all to have started', () =>
      children.every(({ lines, process }) => lines.length > 0 || process.exitCode !== null),
    )
    expect(children.map(({ lines }) => lines[0]).sort()).toEqual(['held', 'refused', 'refused'])
    await Promise.all(children.map((child) => child.kill()))
    const db = await openStore(config)
    const migrations = readdirSync(join(import.meta.dirname, '../../src/store/migrations')).length
    expect(await sum(db, 'select count(*) as n from schema_version')).toBe(migrations)
    await db.close()
  })
}

async function sum(db: Database, text: string): Promise<number | undefined> {
  const [row] = await db.all<{ n: number }>(text)
  return row?.n
}

describe('SQLite', () => crashTests(async () => ({ type: 'sqlite', path: folder.file('db') })))
withPostgres('Postgres', (postgres) =>
  crashTests(async () => ({ type: 'postgres', url: await postgres.createDatabase() })),
)
