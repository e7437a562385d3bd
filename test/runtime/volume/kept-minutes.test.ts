import { afterEach, describe, expect, it } from 'vitest'
import { type Instant, MINUTE } from '../../../src/model/time.ts'
import { readVolumeState, writeVolumeState } from '../../../src/runtime/volume/volume-state.ts'
import { createVolumeWatch, type VolumeWatch } from '../../../src/runtime/volume/volume-watch.ts'
import { seeded } from '../../support/random.ts'
import { type Arrived, at, due, type VolumeProject, volumeProject } from './project.ts'

const EVENT = 'Order Completed'
const STREAM = { event: EVENT, source: null }
const HOURS = 12 * 24
/** Up to here they came as ever; then nothing does. */
const STOPPED = at(HOURS) + 20 * MINUTE

let project: VolumeProject
afterEach(() => project.close())

/** Ten records a minute and some, in every fifth minute. */
function arriving(from: Instant, to: Instant): Arrived[] {
  const random = seeded(5)
  return Array.from({ length: (to - from) / (5 * MINUTE) }, (_, part) => {
    return {
      minute: from + part * 5 * MINUTE + MINUTE,
      counts: { received: Math.round(50 * (0.9 + 0.2 * random.next())) },
    }
  })
}

async function advanced(watch: VolumeWatch, until: Instant): Promise<VolumeWatch> {
  await watch.advance([due(EVENT, until)])
  return watch
}

describe('a detector that begins anew', () => {
  it('learns from hours alone where minutes are no longer kept, and takes none of them for silence', async () => {
    project = await volumeProject([EVENT])
    const { db, plan } = project
    await project.arrive(EVENT, arriving(at(0), STOPPED))
    for (const table of ['window_minute', 'facet_minute']) {
      await db.run(`delete from ${table} where start < ?`, [at(HOURS - 48) + 7 * MINUTE])
    }
    const watch = await advanced(createVolumeWatch(db, plan), STOPPED)
    for (let hour = 1; hour <= HOURS; hour++) expect(watch.reading(STREAM, at(hour))?.alarms ?? []).toEqual([])
    // Two days of minutes are enough to speak within the hour again.
    await advanced(watch, STOPPED + 10 * MINUTE)
    expect(watch.reading(STREAM, STOPPED + 10 * MINUTE)?.alarms.map(({ alarm }) => alarm.kind)).toEqual(['outage'])
  })

  it('takes late records in, which one that goes on from its state does not', async () => {
    project = await volumeProject([EVENT])
    const { db, plan } = project
    await project.arrive(EVENT, arriving(at(0), at(HOURS)))
    const before = await advanced(createVolumeWatch(db, plan), at(HOURS))
    await writeVolumeState(db, plan, before.save(), async () => undefined)
    const late = { minute: at(HOURS - 30) + 2 * MINUTE, counts: { received: 5_000 } }
    await project.arrive(EVENT, [late, ...arriving(at(HOURS), at(HOURS + 1))])
    const state = await readVolumeState(db, plan)
    if (typeof state === 'string') throw new Error(state)
    const resumed = await advanced(createVolumeWatch(db, plan, state), at(HOURS + 1))
    await advanced(before, at(HOURS + 1))
    expect(resumed.save()).toEqual(before.save())
    expect(resumed.reading(STREAM, at(HOURS - 29))?.alarms).toEqual([])
    const anew = await advanced(createVolumeWatch(db, plan), at(HOURS + 1))
    expect(anew.reading(STREAM, at(HOURS - 29))?.alarms.map(({ alarm }) => alarm.direction)).toEqual(['up'])
  })
})
