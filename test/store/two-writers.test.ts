import { afterAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { HOUR, MINUTE } from '../../src/model/time.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { readPositions } from '../../src/store/positions.ts'
import type { Database, Sql, SqlValue } from '../../src/store/sql.ts'
import { addVolumeAccept, readVolumeAccepts } from '../../src/store/volume-accepts.ts'
import { allSeries, changedWindows, windowsBetween } from '../../src/store/windows.ts'
import { commitOf, countingCommit, countsOf, DAY_0, seriesOf, stepOf } from '../support/commits.ts'
import { withPostgres } from '../support/postgres.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { runsOf } from '../support/thorough.ts'

const folder = temporaryFolder()
afterAll(folder.remove)

function concurrencyTests(make: () => Promise<StoreConfig>): void {
  it('instances that fight over one partition count each record once', async () => {
    const config = await make()
    const handles = await Promise.all([openStore(config), openStore(config), openStore(config)])
    const outcomes = { committed: 0, superseded: 0 }
    await Promise.all(
      handles.map(async (db) => {
        const writer = await takeWriter(db)
        for (let round = 0; round < 25; round += 1) {
          const from = (await readPositions(db, 'web')).get('p') ?? null
          const next = Number(from ?? 0) + 1
          const commit = countingCommit(`Event ${next % 5}`, DAY_0 + (next % 4) * MINUTE, 1, stepOf(from, String(next)))
          outcomes[await commitIngest(db, writer, commit)] += 1
        }
      }),
    )
    const [db] = handles
    if (db === undefined) throw new Error('no store')
    const position = Number((await readPositions(db, 'web')).get('p'))
    const ids = (await allSeries(db)).map(({ id }) => id)
    const rows = await windowsBetween(db, 'minute', ids, 0, DAY_0 + HOUR)
    expect(rows.reduce((sum, { counts }) => sum + counts.received, 0)).toBe(position)
    expect(outcomes.committed).toBe(position)
    expect(outcomes.committed + outcomes.superseded).toBe(75)
    await Promise.all(handles.map((handle) => handle.close()))
  })

  it('people who accept new normals at once are all heard', async () => {
    const config = await make()
    const handles = await Promise.all([openStore(config), openStore(config), openStore(config)])
    await Promise.all(
      handles.map(async (db, person) => {
        for (let turn = 0; turn < 8; turn += 1) {
          await addVolumeAccept(db, { at: DAY_0, subject: `${person} ${turn}`, series: null, note: null })
        }
      }),
    )
    const [db] = handles
    if (db === undefined) throw new Error('no store')
    expect(new Set((await readVolumeAccepts(db)).map(({ subject }) => subject)).size).toBe(24)
    await Promise.all(handles.map((handle) => handle.close()))
  })

  it('instances that learn the same names at once agree on them', async () => {
    const config = await make()
    const handles = await Promise.all([openStore(config), openStore(config), openStore(config)])
    const events = Array.from({ length: 30 }, (_, n) => `Event ${n}`)
    await Promise.all(
      handles.map(async (db, index) => {
        const ordered = index % 2 === 0 ? events : events.toReversed()
        const windows = ordered.map((event) => ({ series: seriesOf(event), minute: DAY_0, counts: countsOf(1) }))
        await commitIngest(db, await takeWriter(db), commitOf({ delta: { windows, facets: [], findings: [] } }))
      }),
    )
    const [db] = handles
    if (db === undefined) throw new Error('no store')
    const series = await allSeries(db)
    expect(series.map(({ event }) => event).sort()).toEqual(events.toSorted())
    const rows = await windowsBetween(
      db,
      'day',
      series.map(({ id }) => id),
      0,
      DAY_0 + HOUR,
    )
    expect(rows.map(({ counts }) => counts.received)).toEqual(events.map(() => 3))
    await Promise.all(handles.map((handle) => handle.close()))
  })
}

describe('SQLite', () => concurrencyTests(async () => ({ type: 'sqlite', path: folder.file('db') })))

withPostgres('Postgres', (postgres) => {
  const make = async (): Promise<StoreConfig> => ({ type: 'postgres', url: await postgres.createDatabase() })
  concurrencyTests(make)

  it('what changed is never passed over, in whatever order commits begin, end and are read', async () => {
    const db = await openStore(await make())
    const writers = [await takeWriter(db), await takeWriter(db), await takeWriter(db)]
    const series = seriesOf('Order')
    const counting = (minute: number, received: number) =>
      commitOf({
        delta: {
          windows: [{ series, minute: DAY_0 + minute * MINUTE, counts: countsOf(received) }],
          facets: [],
          findings: [],
        },
      })
    for (const writer of writers) await commitIngest(db, writer, counting(0, 1))
    let cursor: ReadonlyMap<number, number> = new Map()
    const seen = new Map<number, number>()
    const actions = fc.array(
      fc.record({ who: fc.integer({ min: -2, max: 2 }), minute: fc.integer({ min: 0, max: 3 }) }),
      { maxLength: 16 },
    )

    async function read(between: () => Promise<void> = async () => undefined): Promise<void> {
      const sql: Sql = {
        ...db,
        async all<Row extends object>(text: string, values?: readonly SqlValue[]) {
          const rows = await db.all<Row>(text, values)
          await between()
          return rows
        },
      }
      const { rows, upTo } = await changedWindows(sql, 'minute', cursor)
      cursor = upTo
      for (const { start, counts } of rows) seen.set(start, counts.received)
    }

    await fc.assert(
      fc.asyncProperty(actions, async (steps) => {
        const open = new Map<number, { finish: () => void; done: Promise<unknown> }>()
        const finish = async (who: number) => {
          const commit = open.get(who)
          open.delete(who)
          commit?.finish()
          await commit?.done
        }
        for (const { who, minute } of steps) {
          const writer = writers[who]
          if (writer === undefined) await read(who === -2 ? () => finish([...open.keys()][0] ?? 0) : undefined)
          else if (open.has(who)) await finish(who)
          else open.set(who, await begun((held) => commitIngest(held, writer, counting(minute, who + 1)), db))
        }
        for (const who of [...open.keys()]) await finish(who)
        await read()
        const stored = await windowsBetween(db, 'minute', [1], 0, DAY_0 + HOUR)
        expect(seen).toEqual(new Map(stored.map(({ start, counts }) => [start, counts.received])))
      }),
      runsOf(60),
    )
    await db.close()
  })
})

/** Starts a commit and stops it before its end, when all is written but nothing can be seen. */
async function begun(
  commit: (held: Database) => Promise<unknown>,
  db: Database,
): Promise<{ finish: () => void; done: Promise<unknown> }> {
  const written = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const held: Database = {
    ...db,
    transaction: (work) =>
      db.transaction(async (sql) => {
        const result = await work(sql)
        written.resolve()
        await gate.promise
        return result
      }),
  }
  const done = commit(held)
  await written.promise
  return { finish: gate.resolve, done }
}
