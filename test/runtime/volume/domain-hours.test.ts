import { afterEach, describe, expect, it } from 'vitest'
import { tableSource } from '../../../src/model/subject.ts'
import { HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import { createVolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter, type Writer } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { commitTable } from '../../../src/store/tables.ts'
import { commitOf, countsOf, seriesOf, stepOf } from '../../support/commits.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { seeded } from '../../support/random.ts'
import { sloPlan } from '../../support/slo-plan.ts'
import { tablePlan } from '../../support/table-plan.ts'

const START = Date.UTC(2026, 9, 5)
/** A week, after which shares of the domain begin, and the hours that are then followed one by one. */
const WEEK = 7 * 24
const END = WEEK + 8
const TABLE = tablePlan()
const ofEvent = (event: string) => sloPlan({ name: event.toLowerCase(), event, kind: 'volume' })
const PLAN = planOf(
  [
    ofEvent('Started'),
    ofEvent('Paid'),
    sloPlan({ subject: 'table', event: TABLE.name, source: tableSource(TABLE.name), name: 'rows', kind: 'volume' }),
  ],
  ['web', 'app'].map((id) => ({ id, type: 'file', disabled: null })),
  [TABLE],
)
const at = (hour: number): Instant => START + hour * HOUR

let db: Database
let writer: Writer
const read: Record<string, number> = {}
afterEach(async () => {
  await writer.release()
  await db.close()
})

/** A source is read on, up to an instant. */
async function arrive(source: string, event: string, until: Instant): Promise<void> {
  const from = read[source]
  const random = seeded(source.length)
  const windows = Array.from({ length: END }, (_, hour) => ({
    series: seriesOf(event, source),
    minute: at(hour) + 10 * MINUTE,
    counts: countsOf(400 + Math.round(40 * random.next()), { lastArrival: at(hour) + 10 * MINUTE }),
  })).filter(({ minute }) => minute < until && minute >= (from ?? 0))
  const step = stepOf(from === undefined ? null : String(from), String(until), { observedUntil: until })
  read[source] = until
  await commitIngest(db, writer, commitOf({ source, steps: [step], delta: { windows, facets: [], findings: [] } }))
}

/** The table's pass comes when it comes. */
async function pass(until: Instant): Promise<void> {
  const from = read[TABLE.name]
  const minutes = Array.from({ length: END }, (_, hour) => ({
    minute: at(hour) + 20 * MINUTE,
    counts: countsOf(300, { lastArrival: at(hour) + 20 * MINUTE }),
    findings: [],
  })).filter(({ minute }) => minute < until && minute >= (from ?? 0))
  await commitTable(db, writer, {
    table: TABLE.name,
    step: stepOf(from === undefined ? null : String(from), String(until), {
      partition: '',
      observedUntil: until,
      listeningSince: from === undefined ? START : null,
    }),
    from: from ?? START,
    until,
    minutes,
  })
  read[TABLE.name] = until
}

describe('shares of a domain whose events come from sources that are read at their own pace', () => {
  it('are judged as if all came at once, without the rows of its tables', async () => {
    db = await openStore({ type: 'sqlite', path: ':memory:' })
    writer = await takeWriter(db)
    await arrive('web', 'Started', at(WEEK))
    await arrive('app', 'Paid', at(WEEK))
    await pass(at(WEEK))
    const { evaluate, accounts } = await evaluatorOf({ db, plan: PLAN })
    await evaluate()
    for (let hour = WEEK; hour < END; hour += 1) {
      await arrive('app', 'Paid', at(hour + 1) - MINUTE)
      await evaluate()
      await arrive('web', 'Started', at(hour + 1) + MINUTE)
      await evaluate()
      await arrive('app', 'Paid', at(hour + 1))
      await evaluate()
      await pass(at(hour + 1) + 15 * MINUTE)
      await evaluate()
    }
    const names = accounts.volume.coverage().flatMap(({ series }) => series.map(({ name }) => name))
    expect(names.filter((name) => name.endsWith('of · checkout')).sort()).toEqual([
      'Paid · of · checkout',
      'Started · of · checkout',
    ])
    const again = createVolumeWatch(db, PLAN)
    const due = (event: string, source: string) => ({
      stream: { event, source: null },
      until: at(END),
      sourcesAt: () => [source],
    })
    await again.advance([due('Started', 'web'), due('Paid', 'app'), due(TABLE.name, tableSource(TABLE.name))])
    const countsOfFleet = ({ save }: typeof again) =>
      [...save().fleet.members].map(([name, { counts, shares }]) => [name, counts?.rings, shares]).sort()
    expect(countsOfFleet(accounts.volume)).toEqual(countsOfFleet(again))
  })

  it('wait for no source that stands still', async () => {
    db = await openStore({ type: 'sqlite', path: ':memory:' })
    writer = await takeWriter(db)
    for (const name of Object.keys(read)) delete read[name]
    await arrive('web', 'Started', at(30))
    await arrive('app', 'Paid', at(30) - MINUTE)
    const { evaluate, accounts } = await evaluatorOf({ db, plan: PLAN })
    const judged = () => accounts.volume.reading({ event: 'Started', source: null }, at(40))?.end
    await evaluate()
    expect(judged()).toBe(at(29))
    await arrive('web', 'Started', at(30) + 10 * MINUTE)
    await evaluate()
    expect(judged()).toBe(at(30))
  })
})
