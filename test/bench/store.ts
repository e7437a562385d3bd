import { HOUR, MINUTE } from '../../src/model/time.ts'
import { commitIngest, type IngestCommit } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { changedWindows, writerCursor } from '../../src/store/windows.ts'
import { commitOf, countsOf, DAY_0, facetOf, missingRevenue, seriesOf, stepOf } from '../support/commits.ts'
import { createPostgresServer, postgresPrograms } from '../support/postgres-server.ts'
import { temporaryFolder } from '../support/temporary.ts'
import type { Figure } from './figure.ts'

/** What the store costs: commits on both engines against the engine's smallest durable write, the idle poll, growth. */
export async function bench(): Promise<Figure[]> {
  const folder = temporaryFolder()
  const programs = postgresPrograms()
  const server = programs === null ? null : await createPostgresServer(programs)
  try {
    return [
      ...(await commits('sqlite', { type: 'sqlite', path: folder.file('db') })),
      ...(server === null ? [] : await commits('postgres', { type: 'postgres', url: await server.createDatabase() })),
      ...(await growth({ type: 'sqlite', path: folder.file('db') })),
    ]
  } finally {
    await server?.remove()
    folder.remove()
  }
}

async function commits(engine: string, config: StoreConfig): Promise<Figure[]> {
  const db = await openStore(config)
  const writer = await takeWriter(db)
  let round = 0
  const put = (events: number, facets: number, records: number) => async () => {
    round += 1
    await commitIngest(db, writer, batch(round, events, facets, records))
  }
  await db.run("insert into note (name, document) values ('bench', '0')")
  const bare = await median(300, () => {
    round += 1
    return db.run("update note set document = ? where name = 'bench'", [String(round)])
  })
  round = 0
  const one = await median(300, put(1, 1, 1))
  const many = await median(300, put(20, 3, 2_000))
  const cursor = await writerCursor(db)
  const idle = await median(300, () => changedWindows(db, 'minute', cursor))
  await db.close()
  const reference = 'one-row update, committed'
  const against = (name: string, value: number): Figure => ({
    name: `store_${engine}_${name}`,
    value,
    unit: 'ms',
    reference,
    reference_value: bare,
    ratio: value / bare,
  })
  return [
    against('commit_1_record', one),
    against('commit_2000_records_60_facets', many),
    against('nothing_changed', idle),
  ]
}

/** A batch as ingest writes it: counts by facet, findings, a sample an event, id hashes. */
function batch(round: number, events: number, facets: number, records: number): IngestCommit {
  const minute = DAY_0 + Math.floor(round / 20) * MINUTE
  const names = Array.from({ length: events }, (_, n) => `Event ${n}`)
  const each = Array.from({ length: facets }, (_, n) => facetOf(['ios', 'android', 'web'][n % 3] ?? null, `4.${n}`))
  const properties = Array.from({ length: 15 }, (_, n) => ({
    name: `property_${n}`,
    types: { string: 9 },
    filled: 9,
    seen: 9,
  }))
  return commitOf({
    steps: [stepOf(round === 1 ? null : String(round - 1), String(round), { observedUntil: minute })],
    delta: {
      windows: names.map((event) => ({
        series: seriesOf(event),
        minute,
        counts: countsOf(Math.ceil(records / events)),
      })),
      facets: names.flatMap((event) =>
        each.map((facet) => ({
          series: seriesOf(event),
          facet,
          minute,
          counts: countsOf(Math.ceil(records / events / facets)),
        })),
      ),
      findings: names.map((event) => ({ series: seriesOf(event), finding: missingRevenue, minute, count: 1 })),
    },
    samples: names.map((event) => ({
      source: 'web',
      kind: 'planned',
      event,
      arrivedAt: minute,
      payload: 'x'.repeat(900),
      invalidPayload: 'x'.repeat(900),
      properties,
    })),
    sightings: [{ partition: 'p', hour: DAY_0, bytes: new Uint8Array(12 * records) }],
  })
}

const EVENTS = 500
const PLATFORMS = ['ios', 'android', 'web']

/** Every one of 500 events on 3 platforms in every minute of an hour: what a day of that adds, and what stays in the end. */
async function growth(config: StoreConfig): Promise<Figure[]> {
  const db = await openStore(config)
  const writer = await takeWriter(db)
  for (let minute = DAY_0; minute < DAY_0 + HOUR; minute += MINUTE) {
    const windows = Array.from({ length: EVENTS }, (_, n) => ({
      series: seriesOf(`Event ${n}`),
      minute,
      counts: countsOf(30, { identified: 30, timed: 30, lastArrival: minute + 59_000 }),
    }))
    const facets = windows.flatMap(({ series }) =>
      PLATFORMS.map((platform) => {
        const counts = countsOf(10, { identified: 10, timed: 10, lastArrival: minute + 59_000 })
        return { series, facet: facetOf(platform, '4.3.0'), minute, counts }
      }),
    )
    await commitIngest(db, writer, commitOf({ delta: { windows, facets, findings: [] } }))
  }
  const minutes = await sizeOf(db, '%_minute%')
  const hours = await sizeOf(db, '%_hour%')
  await db.close()
  const figure = (name: string, value: number): Figure => ({
    name: `store_growth_500_events_3_platforms_${name}`,
    value,
    unit: 'bytes',
    reference: '',
    reference_value: null,
    ratio: null,
  })
  return [
    figure('minutes_a_day', minutes * 24),
    figure('hours_a_day', hours * 24),
    figure('at_rest_48h_minutes_100d_hours', minutes * 48 + hours * 24 * 100),
  ]
}

async function sizeOf(db: Database, pattern: string): Promise<number> {
  const tables = `select tbl_name, name from sqlite_master`
  const [row] = await db.all<{ bytes: number }>(
    `select sum(d.pgsize) as bytes from dbstat d join (${tables}) t on t.name = d.name where t.tbl_name like ? and t.tbl_name not like 'slice%'`,
    [pattern],
  )
  return row?.bytes ?? 0
}

async function median(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now()
    await work()
    if (round >= rounds / 5) times.push(performance.now() - start) // the first ones warm up
  }
  times.sort((a, b) => a - b)
  return times[Math.floor(times.length / 2)] ?? Number.NaN
}
