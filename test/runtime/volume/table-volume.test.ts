import { afterEach, expect, it } from 'vitest'
import { tableSource } from '../../../src/model/subject.ts'
import { HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import type { Line } from '../../../src/runtime/evaluate/lines.ts'
import { commitTable } from '../../../src/store/tables.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { countsOf, stepOf } from '../../support/commits.ts'
import { planOf } from '../../support/plan.ts'
import { seeded } from '../../support/random.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { sloPlan } from '../../support/slo-plan.ts'
import { tablePlan } from '../../support/table-plan.ts'

const START = Date.UTC(2026, 9, 5)
const TABLE = tablePlan()
const of = { subject: 'table', event: TABLE.name, source: tableSource(TABLE.name) } as const
const PLAN = planOf([sloPlan({ ...of, name: 'orders-volume', kind: 'volume', minTotal: 0, rows: [] })], [], [TABLE])
/** No row from here on. */
const GONE = 12 * 24 + 9
const at = (hour: number): Instant => START + hour * HOUR

let db: Database
afterEach(() => db.close())

it('a table’s rows an hour are learnt, then pages say that none came', async () => {
  db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const random = seeded(5)
  const rows = (from: number, until: number) =>
    Array.from({ length: Math.min(until, GONE) - from }, (_, index) => ({
      minute: at(from + index) + 20 * MINUTE,
      counts: countsOf(Math.round(480 + 40 * random.next()), { lastArrival: at(from + index) + 20 * MINUTE }),
      findings: [],
    }))
  const pass = (before: number | null, until: number) =>
    commitTable(db, writer, {
      table: TABLE.name,
      step: stepOf(before === null ? null : `${before}`, `${until}`, {
        partition: '',
        observedUntil: at(until),
        listeningSince: before === null ? START : null,
      }),
      from: at(before ?? 0),
      until: at(until),
      minutes: until <= (before ?? 0) ? [] : rows(before ?? 0, until),
    })
  const evaluator = await evaluatorOf({ db, plan: PLAN }, { everyVerdict: true })
  const lines: Line[] = []
  const opened: Instant[] = []
  let before: number | null = null
  for (const until of [0, 6 * 24, 10 * 24, GONE, GONE + 1]) {
    expect(await pass(before, until)).toBe('committed')
    before = until
    const { lines: judged, changes } = await evaluator.evaluate()
    lines.push(...judged)
    opened.push(...changes.map(({ incident }) => incident.openedAt))
  }
  const verdictAt = (hour: number) => lines.find(({ verdict }) => verdict.at === at(hour))?.verdict
  expect(verdictAt(5 * 24)).toMatchObject({ outcome: 'not_evaluated', reason: 'learning' })
  expect(verdictAt(10 * 24)).toMatchObject({ outcome: 'met', firing: null, subject: 'table' })
  expect(verdictAt(GONE)).toMatchObject({ firing: null })
  expect(verdictAt(GONE + 1)).toMatchObject({ firing: 'page' })
  expect(new Set(opened)).toEqual(new Set([at(GONE + 1)]))
})
