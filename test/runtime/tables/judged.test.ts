import pg from 'pg'
import { afterEach, expect, it } from 'vitest'
import { burnRows } from '../../../src/judge/slo/rows.ts'
import { tableSource } from '../../../src/model/subject.ts'
import { DAY, MINUTE, SECOND } from '../../../src/model/time.ts'
import { createPostgresWarehouse } from '../../../src/observe/tables/postgres/postgres-warehouse.ts'
import { tableRows } from '../../../src/plan/table-slos.ts'
import { verdictDocument } from '../../../src/report/documents/verdict.ts'
import type { Line } from '../../../src/runtime/evaluate/lines.ts'
import { MOST_SPAN, passOver } from '../../../src/runtime/tables/pass.ts'
import { allIncidents } from '../../../src/store/incidents.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { planOf } from '../../support/plan.ts'
import { withPostgres } from '../../support/postgres.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { sloPlan } from '../../support/slo-plan.ts'
import { columnPlan, tablePlan } from '../../support/table-plan.ts'

const START = Date.UTC(2026, 9, 5, 12)
const TABLE = tablePlan({
  columns: [columnPlan({ name: 'amount', type: 'number', checks: [{ keyword: 'minimum', bound: 0 }] })],
})
const of = { subject: 'table', event: TABLE.name, source: tableSource(TABLE.name) } as const
const rows = tableRows(burnRows(30 * DAY, 0.99), TABLE.warehouse.longestGap).rows
const PLAN = planOf(
  [
    sloPlan({ ...of, name: 'orders-valid', rows }),
    sloPlan({ ...of, name: 'orders-fresh', kind: 'freshness', maxAge: 10 * MINUTE, minTotal: 0, rows }),
  ],
  [],
  [TABLE],
)

/**
 * An hour from noon with ten rows a minute, of which six are below 0 from 12:30 to 12:40; then ten minutes of nothing.
 * - Whole: 600 rows, 60 bad: 0.9 of them good, ten times the budget of 1 %.
 * - Ticket at burn 1 over 3 d: needs the lower bound (z = 2.3263) of bad / total above 0.01. After one bad minute 6 of 310
 *   give 0.0078, after two 12 of 320 give 0.0195: it opens at 12:32.
 * - Page at burn 6 over 6 h: needs 0.06. After five bad minutes 30 of 350
 *   give 0.0569, after six 36 of 360 give 0.0689. The last 30 min then hold 36 of 300: 0.12. So it is raised at 12:36.
 * - Page at burn 14.4 over 1 h needs 0.144: the worst, 60 of 400 at 12:40, gives 0.1129.
 * - Fresh: the newest row is of 12:59:30, so that 13:09 is its last good minute's end (9.5 min), 13:10 the first bad one's.
 */
withPostgres('the rows of a table, judged', (postgres) => {
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close()
  })

  it.each([
    ['in one pass', [70]],
    ['in passes of seven minutes', Array.from({ length: 10 }, (_, index) => 7 * (index + 1))],
  ])('give what the definitions say, %s', async (_how, passes) => {
    const url = await postgres.createDatabase()
    const owner = new pg.Client(url)
    await owner.connect()
    const warehouse = createPostgresWarehouse({ id: 'main', url, statementTimeout: 10 * SECOND })
    const db = await openStore({ type: 'sqlite', path: ':memory:' })
    const writer = await takeWriter(db)
    open.push({ close: () => owner.end() }, warehouse, db)
    await owner.query('create table orders (loaded_at timestamptz, amount numeric)')
    await owner.query(
      `insert into orders select $1::timestamptz + m * interval '1 minute' + n * interval '3 seconds',
         case when m between 30 and 39 and n < 6 then -1 else 1 end
       from generate_series(0, 59) m, generate_series(0, 9) n`,
      [new Date(START).toISOString()],
    )
    await owner.query('update orders set loaded_at = $1 where loaded_at = $2', [
      new Date(START + 59 * MINUTE + 30 * SECOND).toISOString(),
      new Date(START + 59 * MINUTE + 27 * SECOND).toISOString(),
    ])
    const evaluator = await evaluatorOf({ db, plan: PLAN }, { everyVerdict: true })
    const lines: Line[] = []
    // The first pass begins an hour before noon + 60 min: at noon.
    for (const minutes of [60, ...passes.map((at) => Math.max(60, at))]) {
      const until = START + minutes * MINUTE
      const asked = { maxDelay: null, now: until, until: async () => until }
      await passOver(
        { table: TABLE, span: MOST_SPAN },
        asked,
        { db, writer, warehouse, onCommit: () => undefined },
        new AbortController().signal,
      )
      lines.push(...(await evaluator.evaluate()).lines)
    }
    const of = (slo: string, minute: number) => {
      const found = lines.find(({ verdict }) => verdict.slo === slo && verdict.at === START + minute * MINUTE)
      return found === undefined ? null : verdictDocument(found.verdict)
    }
    expect(of('orders-valid', 31)).toMatchObject({ total: 310, good: 304, firing: null })
    expect(of('orders-valid', 32)).toMatchObject({ total: 320, good: 308, firing: 'ticket' })
    expect(of('orders-valid', 35)).toMatchObject({ total: 350, good: 320, firing: 'ticket' })
    expect(of('orders-valid', 36)).toMatchObject({ total: 360, good: 324, firing: 'page' })
    expect(of('orders-valid', 60)).toMatchObject({
      table: 'main.public.orders',
      source: 'main',
      outcome: 'violated',
      good: 540,
      total: 600,
      ratio: 0.9,
      lower: 0.9,
      upper: 0.9,
      budget_remaining: -9,
    })
    expect(of('orders-valid', 60)).not.toHaveProperty('event')
    expect(of('orders-fresh', 69)).toMatchObject({ good: 69, total: 69 })
    expect(of('orders-fresh', 70)).toMatchObject({ good: 69, total: 70 })
    const [incident, ...others] = await allIncidents(db)
    expect(others).toEqual([])
    expect(incident).toMatchObject({
      event: 'main.public.orders',
      subject: 'table',
      slos: ['orders-valid'],
      severity: 'page',
      startedAt: START + 30 * MINUTE,
      openedAt: START + 32 * MINUTE,
      cause: { dimension: 'column', value: 'amount', shareOfBad: 1 },
      affected: [{ kind: 'table', name: 'main.public.orders' }],
      explanation: [
        '100 % of the bad rows are bad in `amount`',
        'since 12:30',
        // The last look was at 13:02, 30 min after it opened: thirty minutes of ten rows, of which ten had six bad ones.
        '`amount`: below 0, in 60 of 300 rows since 12:30; in none of 300 in the 2h before',
      ],
    })
  })
})
