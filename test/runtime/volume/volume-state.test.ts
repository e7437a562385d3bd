import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Instant } from '../../../src/model/time.ts'
import { readVolumeState, type SavedVolume, writeVolumeState } from '../../../src/runtime/volume/volume-state.ts'
import { createVolumeWatch, type VolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { seeded } from '../../support/random.ts'
import { at, due, type VolumeProject, volumeProject } from './project.ts'

const EVENTS = ['Order Completed', 'Payment Failed', 'Never Sent']
const HOURS = 24 * 24
const leads = () => Promise.resolve()

let project: VolumeProject
let uninterrupted: VolumeWatch

/** Two faults in the last days: payments stop, and one platform of the orders loses half. */
async function arriveAll(): Promise<void> {
  const random = seeded(7)
  const noisy = (mean: number) => Math.round(mean * (0.9 + 0.2 * random.next()))
  for (let hour = 0; hour < HOURS; hour++) {
    const daily = 1 + 0.6 * Math.sin((hour / 12) * Math.PI)
    const ios = noisy(150 * daily * (hour >= HOURS - 40 && hour < HOURS - 20 ? 0.5 : 1))
    const web = noisy(400 * daily)
    const invalid = Math.round(random.next() * 3)
    await project.arrive('Order Completed', at(hour), {
      counts: { received: ios + web, identified: ios + web, invalid },
      platforms: { ios, web },
    })
    if (hour < HOURS - 30 || hour >= HOURS - 26)
      await project.arrive('Payment Failed', at(hour), { counts: { received: noisy(60 * daily) } })
  }
}

const all = (until: Instant) => EVENTS.map((event) => due(event, until))

function readingsOf(watch: VolumeWatch, until: number) {
  return EVENTS.map((event) =>
    Array.from({ length: until }, (_, hour) => watch.reading({ event, source: null }, at(hour + 1))),
  )
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
  for (let hour = 1; hour <= HOURS; hour++) await uninterrupted.advance(all(at(hour)))
}, 60_000)
afterAll(() => project.close())

describe('the volume detector after a restart', () => {
  it('is, in every bit, as if it had never stopped, wherever it stopped and however often', async () => {
    expect(
      readingsOf(uninterrupted, HOURS)
        .flat()
        .some((reading) => (reading?.alarms.length ?? 0) > 0),
    ).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: HOURS - 1 }), { maxLength: 5 }), async (stops) => {
        const { db, plan } = project
        let watch = createVolumeWatch(db, plan)
        for (const stop of stops.sort((a, b) => a - b)) {
          await watch.advance(all(at(stop)))
          await writeVolumeState(db, plan, watch.save(), leads)
          watch = createVolumeWatch(db, plan, await restored())
        }
        await watch.advance(all(at(HOURS)))
        expect(watch.save()).toEqual(uninterrupted.save())
        expect(readingsOf(watch, HOURS)).toEqual(readingsOf(uninterrupted, HOURS))
      }),
      { numRuns: process.env['ASSAY_REQUIRE'] === 'all' ? 20 : 4 },
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
