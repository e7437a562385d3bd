import { expect, it } from 'vitest'
import { type Instant, iso, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import type { EvaluatorDeps } from '../../../src/runtime/evaluate/evaluator.ts'
import { allIncidents } from '../../../src/store/incidents.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import { allOutbox } from '../../../src/store/outbox.ts'
import { afterRoundOf } from '../../support/after-round.ts'
import { commitOf, seriesOf, stepOf } from '../../support/commits.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5, 7, 0)
const PLAN = planOf(
  [sloPlan({ name: 'order-validity', source: 'web' }), sloPlan({ name: 'order-validity-app', source: 'app' })],
  ['web', 'app'].map((id) => ({ id, type: 'file', disabled: null })),
)
const ROUTES: EvaluatorDeps['routes'] = {
  receivers: [{ name: 'screen', console: {} }],
  routes: [{ to: ['screen'] }],
  inhibitions: [],
  maintenance: [],
}

/** A source that is read once and stands still from then on, and processes that lead one after the other, in rounds of a minute. */
async function stillSource(routes: EvaluatorDeps['routes']) {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const clock = { now: START + MINUTE }

  /** Reads a source up to `until`; `invalid`: of ten records in the minute before. */
  async function readUntil(source: string, from: Instant | null, until: Instant, invalid = 0): Promise<void> {
    const series = seriesOf('Order Completed', source)
    const minute = until - MINUTE
    const counts = { ...emptyCounts(), received: 10, invalid, lastArrival: minute }
    const steps = [stepOf(from === null ? null : String(from), String(until), { observedUntil: until })]
    const delta = { windows: [{ series, minute, counts }], facets: [], findings: [] }
    await commitIngest(db, writer, commitOf({ source, steps, delta }))
  }

  /** Answers how the process runs rounds. */
  async function lead() {
    const evaluator = await evaluatorOf({ db, plan: PLAN }, { routes })
    const afterRound = afterRoundOf({ db, plan: () => PLAN, rhythm: () => MINUTE, now: () => clock.now })
    return async (minutes: number): Promise<void> => {
      for (let minute = 0; minute < minutes; minute += 1) {
        await afterRound.onRound(evaluator, await evaluator.evaluate(), 0)
        clock.now += MINUTE
      }
    }
  }
  await readUntil('web', null, START + MINUTE)
  const told = async () => (await allOutbox(db)).map(({ action }) => action)
  const states = async () => (await allIncidents(db)).map(({ resolution }) => resolution)
  return { db, clock, readUntil, lead, told, states }
}

it('what a maintenance window holds back of it is told when the window ends, whoever leads then', async () => {
  const to = START + 12 * MINUTE
  const maintenance = [{ from: iso(START), to: iso(to), reason: 'brokers move' }]
  const { db, clock, lead, told, states } = await stillSource({ ...ROUTES, maintenance })
  await (await lead())(8)
  expect([await states(), await told()]).toEqual([[null], []])
  const second = await lead()
  await second((to - clock.now) / MINUTE)
  expect([await states(), await told()]).toEqual([[null], []])
  await second(3)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])
  const [incident] = await allIncidents(db)
  expect(incident?.notifications).toBe(1)
  expect(incident?.timeline.filter(({ what }) => what === 'notified').map(({ text }) => text)).toEqual([
    `maintenance until ${iso(to)}: brokers move`,
    'written for screen (trigger)',
  ])
  await db.close()
})

it('a source that stood still before a restart and still does is told of once, until it moves', async () => {
  const { db, clock, readUntil, lead, told, states } = await stillSource(ROUTES)
  await (await lead())(5)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])

  const second = await lead()
  await second(1)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])
  await second(5)
  expect([await states(), await told()]).toEqual([[null], ['trigger']])

  await readUntil('web', START + MINUTE, clock.now)
  await second(1)
  expect((await states())[0]).toBe('recovered')
  await db.close()
})

it('holds back what an inhibition says while it is open', async () => {
  const inhibitions = [{ source: { kind: 'ingest_behind' }, target: { kind: 'validity' }, equal: [] }]
  const { db, clock, readUntil, lead, told } = await stillSource({ ...ROUTES, inhibitions })
  const rounds = await lead()
  // The other source goes on, and breaks after ten minutes.
  for (let minute = 0, from: Instant | null = null; minute < 25; minute += 1, from = clock.now - MINUTE) {
    await readUntil('app', from, clock.now, minute < 10 ? 0 : 10)
    await rounds(1)
  }
  expect((await allIncidents(db)).map(({ slos }) => slos)).toEqual([['ingest-behind'], ['order-validity-app']])
  expect(await told()).toEqual(['trigger'])
  await db.close()
})
