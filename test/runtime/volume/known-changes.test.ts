import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { runProgram } from '../../../src/cli/program.ts'
import { readConfiguration } from '../../../src/cli/project.ts'
import type { Aspect } from '../../../src/judge/volume/watched.ts'
import { HOUR, type Instant, iso } from '../../../src/model/time.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { knownChanges } from '../../../src/runtime/volume/known-changes.ts'
import { createVolumeWatch, type VolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { writeNote } from '../../../src/store/notes.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { addVolumeAccept, readVolumeAccepts } from '../../../src/store/volume-accepts.ts'
import { type TestProject, testProject } from '../../cli/project.ts'
import { commitOf, countsOf, seriesOf, stepOf } from '../../support/commits.ts'
import { seeded } from '../../support/random.ts'

const START = Date.UTC(2026, 0, 5)
const at = (hour: number): Instant => START + hour * HOUR
const STREAM = { event: 'Order Completed', source: null }
/** From here on there is thrice as much. */
const CHANGED = 20 * 24 + 9
const UNTIL = CHANGED + 40

let project: TestProject
let db: Database | null = null
afterEach(async () => {
  await db?.close()
  db = null
  project.remove()
})

function planOf(volume = '', contract = '', files: Readonly<Record<string, string>> = {}): Plan {
  project = testProject({
    ...files,
    'rules/assay.yaml': `version: 1\nvolume: { false_alarms_per_week: 0.5${volume} }\nsources:\n  - { id: web, type: http }\n`,
    'rules/domains/checkout/domain.yaml': 'domain: checkout\nowner: { team: payments }\ntier: P1\n',
    'rules/domains/checkout/slos.yaml':
      'slos:\n  - { name: orders, sli: { kind: volume, event: Order Completed }, objective: 99, window: 30d }\n',
    'rules/domains/checkout/events/order_completed.yaml': `event: Order Completed\n${contract}versions:\n  - { version: 1, schema: { type: object } }\n`,
  })
  const { plan, problems } = readConfiguration('rules/assay.yaml', { cwd: project.path, env: {} })
  if (plan === null) throw new Error(JSON.stringify(problems))
  return plan
}

/** `factorAt`: of an hour's ordinary count. */
async function filled(factorAt: (hour: number) => number = (hour) => (hour < CHANGED ? 1 : 3)): Promise<Database> {
  db = await openStore({ type: 'sqlite', path: join(project.path, '.assay/assay.db') })
  const writer = await takeWriter(db)
  const random = seeded(4)
  const windows = Array.from({ length: UNTIL }, (_, hour) => {
    const mean = (500 + 200 * Math.sin((2 * Math.PI * hour) / 24)) * factorAt(hour)
    return {
      series: seriesOf('Order Completed'),
      minute: at(hour),
      counts: countsOf(Math.round(mean * (0.97 + 0.06 * random.next()))),
    }
  })
  const step = stepOf(null, '1', { observedUntil: at(UNTIL), listeningSince: START })
  await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: [], findings: [] } }))
  await writer.release()
  return db
}

async function advance(watch: VolumeWatch, until: Instant): Promise<void> {
  await watch.advance([{ stream: STREAM, until, sourcesAt: () => ['web'] }])
}

/** The hours in which an alarm was open. */
async function alarmed(watch: VolumeWatch, from: number, until: number): Promise<readonly number[]> {
  const hours: number[] = []
  for (let hour = from; hour <= until; hour++) {
    await advance(watch, at(hour))
    if ((watch.reading(STREAM, at(hour))?.alarms.length ?? 0) > 0) hours.push(hour)
  }
  return hours
}

describe('what people know beside the counts', () => {
  it('nobody said anything: thrice as much is an alarm, and stays one', async () => {
    const plan = planOf()
    const hours = await alarmed(createVolumeWatch(await filled(), plan), CHANGED, UNTIL)
    expect(hours[0]).toBe(CHANGED + 1)
    expect(hours.at(-1)).toBe(UNTIL)
  })

  it.each(['incident', 'backfill', 'launch'])('a known %s is no alarm', async (kind) => {
    const span = `from: "${iso(at(CHANGED))}", to: "${iso(at(UNTIL))}"`.replaceAll(/:00\.000Z/g, 'Z')
    const plan = planOf(`, known: [{ kind: ${kind}, event: Order Completed, ${span} }]`)
    expect(await alarmed(createVolumeWatch(await filled(), plan), CHANGED, UNTIL)).toEqual([])
  })

  it('a tagged holiday is no alarm, though it is a quiet day, and the days after it are ordinary', async () => {
    const quiet = (hour: number) => (hour >= 17 * 24 && hour < 18 * 24 ? 0.35 : 1)
    const untagged = planOf()
    expect(await alarmed(createVolumeWatch(await filled(quiet), untagged), 17 * 24, UNTIL)).not.toEqual([])
    await db?.close()
    project.remove()
    const tagged = planOf(`, holidays: [{ date: ${iso(at(17 * 24)).slice(5, 10)}, name: Midwinter }]`)
    expect(await alarmed(createVolumeWatch(await filled(quiet), tagged), 17 * 24, UNTIL)).toEqual([])
  })

  it.each(['status: planned\n', `released: ${iso(at(CHANGED)).slice(0, 10)}\n`])(
    'an event that is launched is no alarm: %s',
    async (contract) => {
      const plan = planOf('', contract)
      expect(await alarmed(createVolumeWatch(await filled(), plan), 1, UNTIL)).toEqual([])
    },
  )

  it('what is known of an event is known of the shares of its domain, but not of other events’ own counts', () => {
    const plan = planOf(`, known: [{ kind: incident, event: Order Completed, from: 2026-01-20, to: 2026-01-21 }]`)
    const other = { name: 'Payment Failed', domain: 'checkout', status: 'active' }
    const order = plan.events.get('Order Completed')
    if (order === undefined) throw new Error('the plan has the event')
    const both = { ...plan, events: new Map([...plan.events, [other.name, { ...order, ...other } as typeof order]]) }
    const known = knownChanges({} as Database, both)
    const series = (aspect: Aspect) => ({
      name: `x ${aspect}`,
      event: 'Payment Failed',
      source: null,
      aspect,
      value: null,
    })
    expect(known.of(series('domain'))).toMatchObject([{ kind: 'incident' }])
    expect(known.of(series('family'))).toMatchObject([{ kind: 'incident' }])
    expect(known.of(series('total'))).toEqual([])
    expect(known.of(series('platform'))).toEqual([])
  })

  it('an event of a calendar with a time of day is a holiday in its hours', async () => {
    const sale = { from: 18 * 24 + 18, to: 18 * 24 + 22 }
    const busier = (hour: number) => (hour >= sale.from && hour < sale.to ? 2.5 : 1)
    const untagged = planOf()
    const without = await alarmed(createVolumeWatch(await filled(busier), untagged), 17 * 24, CHANGED)
    expect(without).toContain(sale.from + 2)
    project.remove()
    const tagged = planOf(', holidays: [{ ical: rules/sales.ics }]', '', {
      'rules/sales.ics': 'BEGIN:VEVENT\nDTSTART:20260123T180000Z\nDURATION:PT4H\nSUMMARY:Sale\nEND:VEVENT\n',
    })
    expect(tagged.volume?.holidays).toMatchObject([{ from: at(sale.from), to: at(sale.to) }])
    await db?.close()
    expect(await alarmed(createVolumeWatch(await filled(busier), tagged), 17 * 24, CHANGED)).toEqual([])
  })

  it('an event that was planned until now is launched with the plan that says so, over restarts too', async () => {
    const plan = planOf()
    const store = await filled()
    await writeNote(store, 'volume_launches', { planned: ['Order Completed'], launched: {} })
    const watch = createVolumeWatch(store, plan)
    await advance(watch, at(CHANGED))
    expect(await alarmed(watch, CHANGED + 1, CHANGED + 4)).toEqual([])
    expect(await alarmed(createVolumeWatch(store, plan), CHANGED + 5, UNTIL)).toEqual([])
  })

  it('a new normal that is accepted ends the alarm with the hour, and again after a restart', async () => {
    const plan = planOf()
    const store = await filled()
    const watch = createVolumeWatch(store, plan)
    expect(await alarmed(watch, CHANGED, CHANGED + 3)).toEqual([CHANGED + 1, CHANGED + 2, CHANGED + 3])
    const accept = { at: at(CHANGED + 3) + 20 * 60_000, subject: 'Order Completed', series: null, note: null }
    await addVolumeAccept(store, accept)
    expect(await alarmed(watch, CHANGED + 4, UNTIL)).toEqual([])
    expect(watch.bandOf(STREAM)?.expected).toBeGreaterThan(600)
    const again = createVolumeWatch(store, plan)
    await advance(again, at(UNTIL))
    const readings = Array.from({ length: UNTIL - CHANGED }, (_, index) => at(CHANGED + 1 + index))
    expect(readings.map((end) => again.reading(STREAM, end))).toEqual(readings.map((end) => watch.reading(STREAM, end)))
  })

  it('accepts in a replay what is written down in the rules', async () => {
    const span = `from: "${iso(at(CHANGED + 3))}", to: "${iso(at(CHANGED + 4))}"`
    const plan = planOf(`, known: [{ kind: accept, event: Order Completed, ${span} }]`)
    expect(await alarmed(createVolumeWatch(await filled(), plan), CHANGED, UNTIL)).toEqual([
      CHANGED + 1,
      CHANGED + 2,
      CHANGED + 3,
    ])
  })

  it('accepts one series alone', async () => {
    const plan = planOf()
    const store = await filled()
    await addVolumeAccept(store, {
      at: at(CHANGED + 1),
      subject: 'Order Completed',
      series: 'Order Completed · on · ios',
      note: null,
    })
    expect(await alarmed(createVolumeWatch(store, plan), CHANGED, UNTIL)).toContain(UNTIL)
  })
})

describe('assay volume accept', () => {
  const NOW = at(UNTIL) + 25 * 60_000
  const accept = (...args: readonly string[]) =>
    project.run((io) => runProgram(['volume', 'accept', ...args], io), { now: () => NOW })

  it('leaves word for the daemon, from the end of the hour under way on', async () => {
    planOf()
    await project.fill(START, [{ received: 10 }])
    const { code, out } = await accept('order-completed', '--note', 'the test ended')
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^What the open volume alarms of Order Completed found is normal from .* on; .*\n.* - \{ kind: accept, event: "Order Completed", from: /,
      ),
    ])
    db = await openStore({ type: 'sqlite', path: join(project.path, '.assay/assay.db') }, { readOnly: true })
    expect(await readVolumeAccepts(db)).toEqual([
      { at: NOW, subject: 'Order Completed', series: null, note: 'the test ended' },
    ])
    const json = await accept('Order Completed', '--series', 'Order Completed · on · ios', '--json')
    expect(JSON.parse(json.out)).toMatchObject({ series: 'Order Completed · on · ios', from: iso(at(UNTIL + 1)) })
    // In an hour's last minute the next one is meant.
    const late = await accept('Order Completed', '--at', iso(at(UNTIL + 2) - 5_000), '--json')
    expect(JSON.parse(late.out)).toMatchObject({ from: iso(at(UNTIL + 3)) })
  })

  it.each([
    [['Order Complete'], /there is no SLO, event, table or domain "Order Complete": did you mean "Order Completed"\?/],
    [['checkout'], /"checkout" has no volume SLO/],
    [['orders', '--series', 'Payments'], /"Payments" is no series of "Order Completed"/],
    [['orders', '--at', 'noon'], /--at noon is no time such as /],
    [
      ['orders', '--at', '2026-01-04T00:00:00Z'],
      /has been judged already, up to .*: for the past, write the span under volume.known in rules\/assay.yaml/,
    ],
  ])('%j is refused', async (args, message) => {
    planOf()
    await project.fill(START, [{ received: 10 }])
    const { code, err } = await accept(...args)
    expect([code, err]).toEqual([2, expect.stringMatching(message)])
  })

  it('says where there is no store yet, and has help with examples', async () => {
    planOf()
    expect(await accept('orders')).toMatchObject({ code: 3, err: expect.stringContaining('There is no store at') })
    const { code, out } = await accept('--help')
    expect([code, out]).toEqual([0, expect.stringContaining('$ assay volume accept "Order Completed"')])
  })
})
