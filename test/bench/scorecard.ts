import { DAY, HOUR, type Instant } from '../../src/model/time.ts'
import { monthBefore, readMonth } from '../../src/report/scorecard/month.ts'
import { freezeMonth } from '../../src/runtime/scorecard/freeze.ts'
import { readOrMakeScorecard } from '../../src/runtime/scorecard/scorecard.ts'
import { writeNote } from '../../src/store/notes.ts'
import { openStore, type StoreConfig } from '../../src/store/open.ts'
import { placeholders } from '../../src/store/rows.ts'
import type { Database, SqlValue } from '../../src/store/sql.ts'
import { createPostgresServer, postgresPrograms } from '../support/postgres-server.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { makePlan } from '../serve/plan.ts'
import type { Figure } from './figure.ts'

const EVENTS = Array.from({ length: 500 }, (_, index) => `Event ${index}`)
const TO = Date.UTC(2026, 10, 4)
const FROM = TO - 66 * DAY
const COUNTS = 'received, invalid, incomplete, identified, duplicates, timed, late, backfilled, last_arrival'

/** How long a month's card takes once the month before is frozen, beside reading its hours of freshness one by one: 500 events and 1,000 SLOs, all active every hour for 66 days. */
export async function bench(): Promise<Figure[]> {
  const folder = temporaryFolder()
  const programs = postgresPrograms()
  const server = programs === null ? null : await createPostgresServer(programs)
  try {
    return [
      await measured('sqlite', { type: 'sqlite', path: folder.file('db') }),
      ...(server === null
        ? []
        : [await measured('postgres', { type: 'postgres', url: await server.createDatabase() })]),
    ]
  } finally {
    await server?.remove()
    folder.remove()
  }
}

async function measured(engine: string, config: StoreConfig): Promise<Figure> {
  const db = await openStore(config)
  const whole = makePlan({ domains: ['checkout', 'growth', 'identity', 'search'], events: EVENTS, slosPerEvent: 3 })
  const plan = { ...whole, slos: whole.slos.filter(({ kind }) => kind !== 'completeness') }
  await fill(
    db,
    plan.slos.filter(({ kind }) => kind === 'freshness').map(({ name }) => name),
  )
  const month = readMonth('2026-10', plan.timezone)
  if (month === null) throw new Error('is a month')
  await freezeMonth(db, plan, monthBefore(month), TO, async () => undefined)
  const times: number[] = []
  const bare: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now()
    await readOrMakeScorecard(db, plan, month, TO)
    times.push(performance.now() - began)
    const again = performance.now()
    await db.all('select slo, hour, marks from slice_hour where hour >= ? and hour < ?', [month.from, month.to])
    bare.push(performance.now() - again)
  }
  await db.close()
  const median = (values: number[]) => values.sort((a, b) => a - b)[2] ?? Number.NaN
  const [value, reference_value] = [median(times), median(bare)]
  return {
    name: `scorecard_${engine}_500_events_1000_slos`,
    value,
    unit: 'ms',
    reference: 'its 372,500 hours of 500 freshness SLOs read row by row',
    reference_value,
    ratio: value / reference_value,
  }
}

/** Rows as ingest and the evaluator leave them. */
async function fill(db: Database, slices: readonly string[]): Promise<void> {
  await db.transaction(async (sql) => {
    const add = async (table: string, columns: string, width: number, rows: readonly (readonly SqlValue[])[]) => {
      for (let from = 0; from < rows.length; from += 400) {
        const part = rows.slice(from, from + 400)
        await sql.run(`insert into ${table} (${columns}) values ${placeholders(part.length, width)}`, part.flat())
      }
    }
    await add(
      'series',
      'source, kind, event',
      3,
      EVENTS.map((event) => ['web', 'planned', event]),
    )
    const ids = (await sql.all<{ id: number }>('select id from series order by id')).map(({ id }) => id)
    for (const [table, unit] of [
      ['window_hour', HOUR],
      ['window_day', DAY],
    ] as const) {
      for (let start = FROM; start < TO; start += unit) {
        const rows = ids.map((id) => [id, start, 1, 1, 900, 1, 2, 900, 1, 900, 3, 0, start + unit - 1])
        await add(table, `series, start, writer, seq, ${COUNTS}`, 13, rows)
      }
    }
    for (let hour = FROM; hour < TO; hour += HOUR) {
      await add(
        'slice_hour',
        'slo, hour, marks',
        3,
        slices.map((slo) => [slo, hour, `${'+'.repeat(59)}-`]),
      )
    }
    const position = ['web', 'p', '1', TO, 0] satisfies SqlValue[]
    await sql.run(
      'insert into position (source, partition_key, position, observed_until, complete) values (?, ?, ?, ?, ?)',
      position,
    )
    await sql.run("insert into observed_span (source, partition_key, started, ended) values ('web', 'p', ?, ?)", [
      FROM,
      TO,
    ])
    const events = Object.fromEntries(EVENTS.map((event): [string, Record<string, Instant>] => [event, { web: FROM }]))
    await writeNote(sql, 'evaluator', { firsts: { sources: { web: FROM }, events }, cursor: [] })
  })
}
