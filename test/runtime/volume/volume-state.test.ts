import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOUR, type Instant, MINUTE } from '../../../src/model/time.ts'
import type { WindowCounts } from '../../../src/model/window.ts'
import { readVolumeState, type SavedVolume, writeVolumeState } from '../../../src/runtime/volume/volume-state.ts'
import { createVolumeWatch, type VolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { seeded } from '../../support/random.ts'
import { type Arrived, at, due, type VolumeProject, volumeProject } from './project.ts'
import { THOROUGH } from '../../support/thorough.ts'

const EVENTS = ['Order Completed', 'Payment Failed', 'Cart Viewed', 'Never Sent']
const HOURS = 24 * 24
/** When carts are seen for the first time, a Tuesday's morning; half of them are missing for six hours of their second day. */
const CARTS = 15 * 24 + 9
const HALVED = CARTS + 33
const STOPPED = at(HOURS - 15) + 20 * MINUTE
const leads = () => Promise.resolve()

let project: VolumeProject
let uninterrupted: VolumeWatch

/** An hour's records as they come in twelve of its minutes, all by one platform. */
function spread(hour: number, count: number, platform: string, more: Partial<WindowCounts> = {}): Arrived[] {
  const each = (part: number): number => Math.floor((count * (part + 1)) / 12) - Math.floor((count * part) / 12)
  return Array.from({ length: 12 }, (_, part) => ({
    minute: at(hour) + part * 5 * MINUTE + 2 * MINUTE,
    counts: { received: each(part), identified: each(part), ...(part === 0 ? more : {}) },
    platforms: { [platform]: each(part) },
  }))
}

/** Three faults in the last days: payments stop, one platform of the orders loses half, and in an hour's midst all orders stop for a while. */
async function arriveAll(): Promise<void> {
  const random = seeded(7)
  const noisy = (mean: number) => Math.round(mean * (0.9 + 0.2 * random.next()))
  const orders: Arrived[] = []
  const payments: Arrived[] = []
  for (let hour = 0; hour < HOURS; hour++) {
    const daily = 1 + 0.6 * Math.sin((hour / 12) * Math.PI)
    const web = spread(hour, noisy(400 * daily), 'web 7.8.1', { invalid: Math.round(random.next() * 3) })
    const half = hour >= HOURS - 60 && hour < HOURS - 40 ? 0.5 : 1
    const ios = spread(hour, noisy(150 * daily * half), hour < HOURS - 80 ? 'ios 4.2.1' : 'ios 4.3.0').map((each) => ({
      ...each,
      minute: each.minute + MINUTE,
    }))
    orders.push(...[...web, ...ios].filter(({ minute }) => minute < STOPPED || minute >= STOPPED + 50 * MINUTE))
    if (hour < HOURS - 30 || hour >= HOURS - 26)
      payments.push({
        minute: at(hour),
        counts: { received: noisy(60 * daily) },
        platforms: { 'web 7.8.1': 40, 'ios 4.3.0': 20 },
      })
  }
  const carts = seeded(11)
  const viewed = Array.from({ length: HOURS - CARTS }, (_, since) => {
    const hour = CARTS + since
    const mean = 1_500 * (1 + 0.6 * Math.sin((hour / 12) * Math.PI)) * (hour >= HALVED && hour < HALVED + 6 ? 0.5 : 1)
    return spread(hour, Math.round(mean * (0.95 + 0.1 * carts.next())), 'web 7.8.1')
  })
  await project.arrive('Cart Viewed', viewed.flat())
  await project.arrive('Order Completed', orders)
  await project.arrive('Payment Failed', payments)
}

const all = (until: Instant) => EVENTS.map((event) => due(event, until))

/** What could be read every five minutes. */
function readingsOf(watch: VolumeWatch) {
  const instants = Array.from({ length: HOURS * 12 }, (_, part) => at(0) + (part + 1) * 5 * MINUTE)
  return EVENTS.map((event) => instants.map((instant) => watch.reading({ event, source: null }, instant)))
}

async function restored(): Promise<SavedVolume> {
  const state = await readVolumeState(project.db, project.plan)
  if (typeof state === 'string') throw new Error(`no state: ${state}`)
  return state
}

beforeAll(async () => {
  project = await volumeProject(EVENTS)
  await arriveAll()
  uninterrupted = createVolumeWatch(project.db, project.plan)
  for (let until = at(0) + 5 * MINUTE; until <= at(HOURS); until += 5 * MINUTE) await uninterrupted.advance(all(until))
}, 60_000)
afterAll(() => project.close())

it('says within minutes that all has stopped, within hours that one platform has less', () => {
  const opened = readingsOf(uninterrupted).map((readings) =>
    readings.flatMap((reading) => reading?.alarms.map(({ alarm }) => alarm) ?? []),
  )
  const [orders = [], payments = []] = opened
  const outages = orders.filter(({ kind }) => kind === 'outage').map(({ openedAt }) => (openedAt - STOPPED) / MINUTE)
  expect([...new Set(outages)]).toEqual([5])
  expect(Math.min(...orders.map(({ openedAt }) => openedAt))).toBeLessThanOrEqual(at(HOURS - 60) + 4 * HOUR)
  // Whose records of an hour come all at once, of that nothing is said before the hour is over.
  expect(payments.map(({ openedAt }) => openedAt % HOUR).filter((past) => past !== 0)).toEqual([])
  expect(payments.length).toBeGreaterThan(0)
})

it('says on an event’s second day that half of it is missing, by its domain’s season', () => {
  const carts = readingsOf(uninterrupted)[EVENTS.indexOf('Cart Viewed')] ?? []
  const totals = carts.flatMap((reading) => reading?.alarms.filter(({ series }) => series.aspect === 'total') ?? [])
  const [first] = totals.map(({ alarm }) => alarm).filter(({ kind }) => kind !== 'drift')
  expect(first).toMatchObject({ kind: 'volume', direction: 'down' })
  expect(first?.openedAt).toBeGreaterThan(at(HALVED))
  expect(first?.openedAt).toBeLessThanOrEqual(at(HALVED + 6))
})

describe('the volume detector after a restart', () => {
  it('is, in every bit, as if it had never stopped, wherever it stopped and however often', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: HOURS * 60 - 1 }), { maxLength: 5 }), async (stops) => {
        const { db, plan } = project
        let watch = createVolumeWatch(db, plan)
        for (const stop of stops.sort((a, b) => a - b)) {
          await watch.advance(all(at(0) + stop * MINUTE))
          await writeVolumeState(db, plan, watch.save(), leads)
          watch = createVolumeWatch(db, plan, await restored())
        }
        await watch.advance(all(at(HOURS)))
        expect(watch.save()).toEqual(uninterrupted.save())
        expect(readingsOf(watch)).toEqual(readingsOf(uninterrupted))
      }),
      { numRuns: THOROUGH ? 20 : 2 },
    )
  }, 60_000)

  it('that learns again from the hours is as one that saw them come', async () => {
    const rebuilt = createVolumeWatch(project.db, project.plan)
    await rebuilt.advance(all(at(HOURS)))
    expect(rebuilt.save()).toEqual(uninterrupted.save())
  })

  it('keeps no more than it needs in the store', async () => {
    const { db, plan } = project
    for (let time = 0; time < 3; time++) await writeVolumeState(db, plan, uninterrupted.save(), leads)
    const [row] = await db.all<{ generations: number; bytes: number }>(
      'select count(distinct generation) as generations, sum(length(bytes)) as bytes from volume_state',
    )
    expect(row?.generations).toBe(1)
    expect(row?.bytes).toBeLessThan(uninterrupted.save().fleet.members.size * 6_000 + 4_000)
  })
})

describe('a stored state that it cannot go on from', () => {
  const stored = () => writeVolumeState(project.db, project.plan, uninterrupted.save(), leads)
  const change = (statement: string) => project.db.run(statement)

  it('is one of another plan: another budget, another zone', async () => {
    await stored()
    for (const settings of ['volume: { false_alarms_per_week: 2 }\n', 'timezone: Europe/Berlin\n'])
      expect(await readVolumeState(project.db, project.planWith(settings))).toBe('other_plan')
    expect(await readVolumeState(project.db, project.planWith('environment: staging\n'))).not.toBeTypeOf('string')
  })

  it('is one whose past hours hold something that is known only now; of hours to come it may', async () => {
    await stored()
    const launch = (hour: number) => {
      const [from, to] = [at(hour), at(hour + 1)].map((instant) => `${new Date(instant).toISOString().slice(0, 19)}Z`)
      return `volume: { known: [{ kind: launch, from: ${from}, to: ${to} }] }\n`
    }
    expect(await readVolumeState(project.db, project.planWith(launch(HOURS - 1)))).toBe('other_plan')
    expect(await readVolumeState(project.db, project.planWith(launch(HOURS)))).not.toBeTypeOf('string')
  })

  it('is one of other events; of fewer it may be, and those that came since are learnt from the hours', async () => {
    const { db, plan, planWith } = project
    await stored()
    expect(await readVolumeState(db, planWith('', EVENTS.slice(1)))).toBe('other_plan')
    const fewer = planWith('', ['Order Completed'])
    const before = createVolumeWatch(db, fewer)
    await before.advance([due('Order Completed', at(HOURS))])
    await writeVolumeState(db, fewer, before.save(), leads)
    const watch = createVolumeWatch(db, plan, await restored())
    await watch.advance(all(at(HOURS)))
    const payments = { event: 'Payment Failed', source: null }
    const alarmsOf = (each: VolumeWatch) =>
      each.reading(payments, at(HOURS - 26))?.alarms.map(({ alarm }) => [alarm.kind, alarm.openedAt])
    // Its share of the domain it learns from now on: the hours of the others have been judged.
    const outage = alarmsOf(uninterrupted)?.find(([kind]) => kind === 'outage')
    expect(outage).toBeDefined()
    expect(alarmsOf(watch)).toContainEqual(outage)
  })

  it('is none because of events that are new, be they planned or released; it is one where those that were there are', async () => {
    const { db, planWith } = project
    const fewer = planWith('', ['Order Completed'])
    const before = createVolumeWatch(db, fewer)
    await before.advance([due('Order Completed', at(HOURS))])
    await writeVolumeState(db, fewer, before.save(), leads)
    const both = ['Order Completed', 'Payment Failed']
    expect(await readVolumeState(db, planWith('', both, ['Payment Failed']))).not.toBeTypeOf('string')
    expect(await readVolumeState(db, planWith('', both, ['Order Completed']))).toBe('other_plan')
  })

  it('is one of another layout', async () => {
    await stored()
    await change(`update note set document = replace(document, '"format":"', '"format":"0') where name = 'volume'`)
    expect(await readVolumeState(project.db, project.plan)).toBe('other_format')
  })

  it('is one with a byte changed, cut off, or without a block', async () => {
    const [row] = await project.db.all<{ length: number }>(
      'select length(bytes) as length from volume_state where block = 1',
    )
    const length = row?.length ?? 0
    for (const damage of [
      `update volume_state set bytes = cast(substr(bytes, 1, ${length - 9}) || x'00' || substr(bytes, ${length - 7}) as blob) where block = 1`,
      `update volume_state set bytes = substr(bytes, 1, ${length >> 1}) where block = 1`,
      'delete from volume_state where block = 1',
      `update volume_state set bytes = x'' where block = 0`,
    ]) {
      await stored()
      expect(await change(damage)).toBe(1)
      expect(await readVolumeState(project.db, project.plan)).toBe('broken')
    }
  })

  it('is not the one before, where a writer dies or loses the lead half way', async () => {
    await stored()
    const before = await restored()
    const later = { ...uninterrupted.save(), next: new Map([['Order Completed', at(HOURS + 1)]]) }
    let blocks = 0
    const lost = async () => {
      blocks += 1
      if (blocks > 1) throw new Error('another leads')
    }
    await expect(writeVolumeState(project.db, project.plan, later, lost)).rejects.toThrow('another leads')
    expect(await restored()).toEqual(before)
    await writeVolumeState(project.db, project.plan, later, leads)
    expect((await restored()).next).toEqual(later.next)
  })
})
