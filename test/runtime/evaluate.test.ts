import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { incidentDocument } from '../../src/report/documents/incident.ts'
import { verdictDocument } from '../../src/report/documents/verdict.ts'
import { floorTo, HOUR, type Instant, MINUTE } from '../../src/model/time.ts'
import { emptyCounts, type WindowCounts } from '../../src/model/window.ts'
import type { PositionStep } from '../../src/observe/sources/source.ts'
import type { WindowDelta } from '../../src/observe/windows/delta.ts'
import type { EvaluatorDeps } from '../../src/runtime/evaluate/evaluator.ts'
import { allIncidents } from '../../src/store/incidents.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { evaluatorOf } from '../support/evaluator.ts'
import { planOf } from '../support/plan.ts'
import { sloPlan } from '../support/slo-plan.ts'
import { runsOf } from '../support/thorough.ts'

const START = Date.UTC(2026, 0, 5, 7, 3)
const PLAN = planOf([
  sloPlan({ name: 'order-validity' }),
  sloPlan({ name: 'order-completeness', kind: 'completeness', source: 'web' }),
  sloPlan({ name: 'order-freshness', kind: 'freshness', source: 'web', maxAge: 10 * MINUTE, minTotal: 0 }),
  sloPlan({ name: 'order-volume', kind: 'volume' }),
])
const ROUTES: EvaluatorDeps['routes'] = {
  receivers: [{ name: 'screen', console: {} }],
  routes: [{ to: ['screen'] }],
  inhibitions: [],
  maintenance: [],
}

/** Ten hours: a bad release from 5:00 to 5:40 after the start, silence from 8:00 to 8:45. */
function minuteOf(index: number): WindowCounts {
  const silent = index >= 480 && index < 525
  const received = silent ? 0 : 10
  const bad = index >= 300 && index < 340 ? 6 : 0
  const lastArrival = silent ? 0 : START + index * MINUTE + 30_000
  return { ...emptyCounts(), received, invalid: bad, incomplete: index >= 310 && index < 340 ? bad : 0, lastArrival }
}

const MINUTES = 600

function delta(from: number, to: number): WindowDelta {
  const series = { source: 'web', kind: 'planned', event: 'Order Completed' } as const
  const facet = { platform: 'android', appVersion: '4.3.0', library: null, partition: null }
  const minutes = Array.from({ length: to - from }, (_, index) => from + index).filter(
    (index) => minuteOf(index).received > 0,
  )
  return {
    windows: minutes.map((index) => ({ series, minute: START + index * MINUTE, counts: minuteOf(index) })),
    facets: minutes.map((index) => ({ series, facet, minute: START + index * MINUTE, counts: minuteOf(index) })),
    findings: [],
  }
}

/** Feeds the ten hours in batches of these lengths; after each, judges; where told, forgets everything but the store first. */
async function live(batches: readonly { minutes: number; judge: boolean; restart: boolean }[]) {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const opened = () => evaluatorOf({ db, plan: PLAN }, { routes: ROUTES })
  let evaluator = await opened()
  const lines: string[] = []
  const evaluate = async () => {
    const { lines: now } = await evaluator.evaluate()
    lines.push(...now.map(({ verdict }) => JSON.stringify(verdictDocument(verdict))))
  }
  let fed = 0
  let position: string | null = null
  for (const { minutes, judge, restart } of [...batches, { minutes: MINUTES, judge: true, restart: false }]) {
    const to = Math.min(MINUTES, fed + minutes)
    const until: Instant = START + (to + (to === MINUTES ? 1 : 0)) * MINUTE
    const step: PositionStep = {
      partition: 'all',
      from: position,
      to: `${to}:${lines.length}`,
      observedUntil: until,
      listeningSince: null,
      complete: false,
    }
    position = step.to
    await commitIngest(db, writer, {
      source: 'web',
      steps: [step],
      delta: delta(fed, to),
      rejects: [],
      samples: [],
      sightings: [],
    })
    fed = to
    if (restart) evaluator = await opened()
    if (judge) await evaluate()
  }
  const incidents = (await allIncidents(db)).map(incidentDocument)
  await db.close()
  return { lines, incidents }
}

describe('the evaluator', () => {
  it('finds the bad release and the silence, each once, and both resolve', async () => {
    const { incidents, lines } = await live([])
    expect(incidents.map(({ slos, severity, resolution }) => ({ slos, severity, resolution }))).toEqual([
      { slos: ['order-validity', 'order-completeness'], severity: 'page', resolution: 'recovered' },
      { slos: ['order-freshness'], severity: 'page', resolution: 'recovered' },
    ])
    expect(incidents[0]?.started_at).toBe(new Date(START + 300 * MINUTE).toISOString())
    expect(incidents[0]?.ended_at).toBe(new Date(START + 339 * MINUTE).toISOString())
    // Newest arrival at 7:59:30 after the start: at the end of minute 489 it is 10:30 old.
    expect(incidents[1]?.started_at).toBe(new Date(START + 489 * MINUTE).toISOString())
    const hours = lines
      .map((line) => JSON.parse(line))
      .filter(({ at, slo }) => Date.parse(at) % HOUR === 0 && slo === 'order-volume')
    expect(hours).toHaveLength((floorTo(START + 601 * MINUTE, HOUR) - floorTo(START, HOUR)) / HOUR)
  })

  it('says the same whatever the batches, and however often it forgets all but the store', async () => {
    const expected = await live([])
    const batch = fc.record({ minutes: fc.integer({ min: 0, max: 150 }), judge: fc.boolean(), restart: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
        expect(await live(batches)).toEqual(expected)
      }),
      runsOf(25),
    )
  })
})
