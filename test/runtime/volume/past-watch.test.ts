import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backtestStore } from '../../../src/cli/backtest/store-history.ts'
import { historyText } from '../../../src/cli/backtest/history-text.ts'
import type { VolumeAlarm } from '../../../src/judge/volume/alarm.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { createVolumeWatch, type VolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { writeVolumeState } from '../../../src/runtime/volume/volume-state.ts'
import { addVolumeAccept } from '../../../src/store/volume-accepts.ts'
import { readVolumeLaunches } from '../../../src/store/volume-launches.ts'
import { seeded } from '../../support/random.ts'
import { type Arrived, at, due, type VolumeProject, volumeProject } from './project.ts'

const [ORDERS, PAYMENTS, TRIPS] = ['Order Completed', 'Payment Failed', 'Trip Booked']
const EVENTS = [ORDERS, PAYMENTS, TRIPS]
const PART = 5 * MINUTE
const HOURS = 24 * 24
/** The story, in hours. */
const SILENT = { from: 14 * 24 + 9 + 1 / 3, to: 14 * 24 + 14 }
const LAUNCHED = 16 * 24 + 8
const NO_IOS = { from: 18 * 24 + 7, to: 18 * 24 + 19 }
const DOUBLED = 21 * 24 + 6
const ACCEPTED = DOUBLED + 5.5

let project: VolumeProject
/** What the daemon's watch said, alarm by alarm, with the minute from which it no longer did. */
let raised: readonly VolumeAlarm[]

function story(event: string): readonly Arrived[] {
  const random = seeded(EVENTS.indexOf(event) + 11)
  return Array.from({ length: HOURS * 12 }, (_, part): Arrived => {
    const hour = part / 12
    const ordinary = 60 + 25 * Math.sin((2 * Math.PI * hour) / 24)
    const factor =
      event === ORDERS && hour >= SILENT.from && hour < SILENT.to
        ? 0
        : event === PAYMENTS && hour >= DOUBLED
          ? 2
          : event === TRIPS && hour < LAUNCHED
            ? 0.05
            : 1
    const count = (share: number) => Math.round(ordinary * factor * share * (0.94 + 0.12 * random.next()))
    const gone = event === ORDERS && hour >= NO_IOS.from && hour < NO_IOS.to
    const platforms = { web: count(0.6), ios: gone ? 0 : count(0.4) }
    const received = platforms.web + platforms.ios
    return { minute: at(0) + part * PART, counts: { received }, platforms }
  }).filter(({ counts }) => (counts.received ?? 0) > 0)
}

function all(until: Instant) {
  return EVENTS.map((event) => due(event, until))
}

function storyIsOver(plan: Plan) {
  return backtestStore(project.db, plan, [1], at(HOURS))
}

/** Lives through the story in steps of five minutes: a start with the plan in which trips are planned, a reload, an accepted level, a restart. */
async function live(): Promise<readonly VolumeAlarm[]> {
  const { db, plan } = project
  const known = new Map<string, VolumeAlarm>()
  let watch: VolumeWatch = createVolumeWatch(db, project.planWith('', EVENTS, [TRIPS ?? '']))
  // Before the story there is nothing to be seen inside an hour.
  for (let until = at(1); until <= at(HOURS); until += until < at(SILENT.from - 8) ? HOUR : PART) {
    if (until === at(LAUNCHED) + PART) watch = createVolumeWatch(db, plan)
    if (until === at(ACCEPTED)) {
      await addVolumeAccept(db, { at: until, subject: PAYMENTS ?? '', series: null, note: null })
    }
    await watch.advance(all(until))
    const open = new Set<string>()
    for (const event of EVENTS) {
      for (const { alarm } of watch.reading({ event, source: null }, until)?.alarms ?? []) {
        const key = JSON.stringify([alarm.series, alarm.kind, alarm.direction, alarm.openedAt])
        open.add(key)
        known.set(key, known.get(key) ?? alarm)
      }
    }
    for (const [key, alarm] of known) {
      if (!open.has(key) && alarm.closedAt === null) known.set(key, { ...alarm, closedAt: until })
    }
  }
  await writeVolumeState(db, plan, watch.save(), async () => undefined)
  return [...known.values()]
}

/** What an alarm is, and when it was open. A drift is told once. */
function told(alarms: readonly VolumeAlarm[]) {
  return alarms
    .filter(({ kind }) => kind !== 'drift')
    .map(({ series, kind, direction, openedAt, closedAt, observed, expected }) => {
      const hours = (instant: Instant | null) => (instant === null ? null : (instant - at(0)) / HOUR)
      return { series, kind, direction, opened: hours(openedAt), closed: hours(closedAt), observed, expected }
    })
    .sort((a, b) => (a.opened ?? 0) - (b.opened ?? 0) || (a.series < b.series ? -1 : 1))
}

beforeAll(async () => {
  project = await volumeProject(EVENTS)
  for (const event of EVENTS) await project.arrive(event, story(event))
  raised = await live()
}, 120_000)
afterAll(() => project.close())

describe('backtest over the store of a daemon that lived through it', () => {
  it('says at the daemon’s budget what the daemon raised, to the minute', async () => {
    const launches = await readVolumeLaunches(project.db)
    const history = await storyIsOver(project.plan)
    expect(told(history?.budgets[0]?.alarms ?? [])).toEqual(told(raised))
    // Reading is all that it did.
    expect(await readVolumeLaunches(project.db)).toEqual(launches)
  })

  it('tells the story', () => {
    const said = told(raised)
    const within = said.filter(({ opened }) => (opened ?? 0) % 1 !== 0)
    expect(within).toMatchObject([{ series: ORDERS, kind: 'outage' }])
    expect(within[0]?.opened).toBeCloseTo(SILENT.from + 1 / 12)
    expect(said).toContainEqual(
      expect.objectContaining({ series: `${ORDERS} · on · ios`, direction: 'down', opened: NO_IOS.from + 1 }),
    )
    expect(said).toContainEqual(
      expect.objectContaining({ series: PAYMENTS, direction: 'up', closed: Math.ceil(ACCEPTED) }),
    )
    // Nor do the others' shares of the domain say anything of a launch and of a level that was accepted.
    const others = said.filter(({ opened }) => (opened ?? 0) > SILENT.to && (opened ?? 0) < NO_IOS.from)
    expect([...others, ...said.filter(({ opened }) => (opened ?? 0) > ACCEPTED)]).toEqual([])
  })

  it('has another story without what people said', async () => {
    const { db } = project
    const noteOf = (name: string) => db.run('delete from note where name = ?', [name])
    const [accepts, launches] = [await noted('volume_accepts'), await noted('volume_launches')]
    await noteOf('volume_accepts')
    await noteOf('volume_launches')
    const alarms = told((await storyIsOver(project.plan))?.budgets[0]?.alarms ?? [])
    await db.run('insert into note (name, document) values (?, ?), (?, ?)', [
      'volume_accepts',
      accepts,
      'volume_launches',
      launches,
    ])
    expect(alarms.find(({ series }) => series === PAYMENTS)?.closed).not.toBe(Math.ceil(ACCEPTED))
    expect(alarms.filter(({ series }) => series === TRIPS)).not.toEqual([])
  })

  it('leaves out a known incident of the configuration', async () => {
    const span = `from: "2026-01-19", to: "2026-01-20"`
    const plan = project.planWith(`volume: { known: [{ kind: incident, event: ${ORDERS}, ${span} }] }\n`)
    const alarms = told((await storyIsOver(plan))?.budgets[0]?.alarms ?? [])
    const inSpan = ({ opened }: { opened: number | null }) => Math.abs((opened ?? 0) - SILENT.from) < 6
    expect(told(raised).filter(inSpan)).not.toEqual([])
    expect(alarms.filter(inSpan).filter(({ series }) => series.startsWith(ORDERS ?? ''))).toEqual([])
  })

  it('says nothing of what no source brings any more', async () => {
    const { plan } = project
    const sources = plan.sources.map((source) => ({ ...source, disabled: 'warehouse' }) as const)
    const history = await storyIsOver({ ...plan, sources })
    expect(history?.budgets[0]?.alarms).toEqual([])
  })

  it('says where only hours are left, and opens with their ends there', async () => {
    const history = await storyIsOver(project.plan)
    expect(history === null ? null : historyText(history, 'UTC')).not.toContain('Minutes are kept')
    const { db } = project
    for (const table of ['window_minute', 'facet_minute']) {
      await db.run(`delete from ${table} where start < ?`, [at(HOURS) - 2 * DAY])
    }
    const left = await storyIsOver(project.plan)
    if (left === null) throw new Error('hours are kept')
    expect(historyText(left, 'UTC')).toContain(
      'Minutes are kept from Tue 27 Jan 00:00 UTC on: before that, what the daemon saw inside an hour opens with its end here.',
    )
    const outage = told(left.budgets[0]?.alarms ?? []).find(({ opened }) => (opened ?? 0) > SILENT.from)
    expect(outage).toMatchObject({ series: ORDERS, opened: Math.ceil(SILENT.from) })
  })
})

async function noted(name: string): Promise<string> {
  const [row] = await project.db.all<{ document: string }>('select document from note where name = ?', [name])
  return row?.document ?? '{}'
}
