import { setImmediate as turn } from 'node:timers/promises'
import { DAY, HOUR, type Instant } from '../../src/model/time.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { readVolumeState, type SavedVolume, writeVolumeState } from '../../src/runtime/volume/volume-state.ts'
import { createVolumeWatch, type VolumeWatch } from '../../src/runtime/volume/volume-watch.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import type { Database } from '../../src/store/sql.ts'
import { commitOf, countsOf, facetOf, seriesOf, stepOf } from '../support/commits.ts'
import { planOf } from '../support/plan.ts'
import { seeded } from '../support/random.ts'
import { sloPlan } from '../support/slo-plan.ts'
import { temporaryFolder } from '../support/temporary.ts'
import type { Figure } from './figure.ts'

const START = Date.UTC(2026, 0, 5)
const EVENTS = 1_111
/** Events a domain: with it, two platforms and their families, an event has nine series. */
const DOMAIN = 20
const HOURS = 9 * 24
/** The state of so many series is written every second hour: a restart has at most so many to judge again. */
const AGAIN = 2

const names = Array.from({ length: EVENTS }, (_, index) => `Event ${index}`)
const at = (hour: number): Instant => START + hour * HOUR

/** A restart with 10,000 series from the store, what they cost an hour, and what it costs to write them down, in processor time. */
export async function bench(): Promise<Figure[]> {
  const folder = temporaryFolder()
  const db = await openStore({ type: 'sqlite', path: folder.file('db') })
  try {
    await fill(db)
    const watch = createVolumeWatch(db, plan)
    await advance(watch, HOURS - AGAIN - 1)
    const hour = await cost(() => advance(watch, HOURS - AGAIN))
    const series = watch.save().fleet.members.size
    const write = () => writeVolumeState(db, plan, watch.save(), async () => undefined)
    const waited = await longestWait(write)
    const writing = await cost(write)
    const rebuilt = await cost(() => advance(createVolumeWatch(db, plan), HOURS))
    const restart = await cost(async () => advance(createVolumeWatch(db, plan, await restored(db)), HOURS))
    const of = (name: string) => `volume: ${name} of ${series} series`
    const stands = { reference: '', reference_value: null, ratio: null }
    return [
      held(of('restart'), restart.ms, 'ms', 2_000),
      { name: of(`rebuild from ${HOURS / 24} days`), value: Math.round(rebuilt.ms), unit: 'ms', ...stands },
      { name: of('reading and judging an hour'), value: Math.round(hour.ms), unit: 'ms', ...stands },
      { name: of('writing the state'), value: Math.round(writing.ms), unit: 'ms', ...stands },
      held(of('longest wait of others while the state is written:'), waited, 'ms', 50),
      { name: of('the stored state'), value: Math.round(writing.result / 1_000), unit: 'kB', ...stands },
    ]
  } finally {
    await db.close()
    folder.remove()
  }
}

const one = planOf(
  names.map((event) => sloPlan({ name: event, kind: 'volume', event })),
  [{ id: 'shop', type: 'file', disabled: null }],
)
const plan: Plan = {
  ...one,
  events: new Map(
    [...one.events].map(([name, event], index) => [name, { ...event, domain: `domain-${Math.floor(index / DOMAIN)}` }]),
  ),
}

async function advance(watch: VolumeWatch, hours: number): Promise<void> {
  await watch.advance(
    names.map((event) => ({ stream: { event, source: null }, until: at(hours), sourcesAt: () => ['shop'] })),
  )
}

async function restored(db: Database): Promise<SavedVolume> {
  const state = await readVolumeState(db, plan)
  if (typeof state === 'string') throw new Error(`there is no state to go on from: ${state}`)
  return state
}

/** Nine days of hours, all of an hour's records in its first minute: minutes aren't what is measured. */
async function fill(db: Database): Promise<void> {
  const writer = await takeWriter(db)
  const random = seeded(1)
  for (let hour = 0; hour < HOURS; hour++) {
    const daily = 1 + 0.6 * Math.sin((hour / 12) * Math.PI)
    const windows = []
    const facets = []
    for (const [index, name] of names.entries()) {
      const series = seriesOf(name, 'shop')
      const mean = (50 + index) * daily
      const parts = { web: mean * 0.6, ios: mean * 0.4 }
      let received = 0
      for (const [platform, part] of Object.entries(parts)) {
        const count = Math.round(part * (0.9 + 0.2 * random.next()))
        received += count
        facets.push({ series, minute: at(hour), facet: facetOf(platform, '4.2.0'), counts: countsOf(count) })
      }
      windows.push({ series, minute: at(hour), counts: countsOf(received, { identified: received }) })
    }
    const step = stepOf(hour === 0 ? null : `${hour}`, `${hour + 1}`, { observedUntil: at(hour + 1) })
    const delta = { windows, facets, findings: [] }
    await commitIngest(db, writer, commitOf({ source: 'shop', steps: [step], delta }))
  }
  await writer.release()
  await db.run('delete from window_minute where start < ?', [at(HOURS) - 2 * DAY])
}

/** What it took of the processor, in ms. */
async function cost<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const before = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: (user + system) / 1_000 }
}

/** The longest time by the clock that another task had to wait for its turn, in ms. Asking for turns costs more than the work itself. */
async function longestWait(work: () => Promise<unknown>): Promise<number> {
  let wait = 0
  let running = true
  const waiting = (async () => {
    while (running) {
      const began = performance.now()
      await turn()
      wait = Math.max(wait, performance.now() - began)
    }
  })()
  await work()
  running = false
  await waiting
  return wait
}

function held(name: string, value: number, unit: string, goal: number): Figure {
  const ratio = Number((value / goal).toFixed(3))
  return { name, value: Number(value.toFixed(1)), unit, reference: 'goal', reference_value: goal, ratio }
}
