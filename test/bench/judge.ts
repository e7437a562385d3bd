import { burnRows } from '../../src/judge/slo/rows.ts'
import { createStanding, type Standing } from '../../src/judge/slo/standing.ts'
import { DAY, MINUTE } from '../../src/model/time.ts'
import { emptyCounts } from '../../src/model/window.ts'
import type { SloPlan } from '../../src/plan/plan.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { evaluatorOf } from '../support/evaluator.ts'
import { planOf } from '../support/plan.ts'
import type { Figure } from './figure.ts'

const START = Date.UTC(2026, 0, 5)
const SLOS = 1_000
const MINUTES = 60

function plans(): SloPlan[] {
  return Array.from(
    { length: SLOS },
    (_, index): SloPlan => ({
      name: `event-${index}-validity`,
      domain: 'checkout',
      event: `Event ${index}`,
      kind: index % 2 === 0 ? 'validity' : 'completeness',
      source: 'web',
      objective: 0.99,
      window: 30 * DAY,
      severity: 'page',
      minTotal: 20,
      maxAge: null,
      maxDelay: null,
      active: null,
      rows: burnRows(30 * DAY, 0.99).rows,
      runbook: '',
      isDefault: false,
      description: '',
    }),
  )
}

/** 1,000 SLOs judged, a minute at a time: through the store as the daemon does it, beside the judge alone. */
export async function bench(): Promise<Figure[]> {
  const slos = plans()
  const alone = judgeAlone(slos)
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const writer = await takeWriter(db)
  const evaluator = await evaluatorOf({ db, plan: planOf(slos) })
  const times: number[] = []
  for (let minute = 0; minute < MINUTES; minute++) {
    const start = START + minute * MINUTE
    const windows = slos.map(({ event }) => ({
      series: { source: 'web', kind: 'planned' as const, event },
      minute: start,
      counts: { ...emptyCounts(), received: 20, invalid: minute % 50 === 49 ? 1 : 0, lastArrival: start + 1 },
    }))
    const step = {
      partition: '1',
      from: minute === 0 ? null : String(minute),
      to: String(minute + 1),
      observedUntil: start + MINUTE,
      listeningSince: null,
      complete: false,
    }
    await commitIngest(db, writer, {
      source: 'web',
      steps: [step],
      delta: { windows, facets: [], findings: [] },
      rejects: [],
      samples: [],
      sightings: [],
    })
    const began = performance.now()
    await evaluator.evaluate()
    if (minute > 5) times.push(performance.now() - began)
  }
  await db.close()
  const value = median(times)
  return [
    {
      name: 'judge 1,000 SLOs',
      value: round(value),
      unit: 'ms a minute',
      reference: 'the judge alone, without store',
      reference_value: round(alone),
      ratio: round(value / alone),
    },
  ]
}

function judgeAlone(slos: readonly SloPlan[]): number {
  const standings: Standing[] = slos.map((slo) => createStanding(slo, START))
  const times: number[] = []
  for (let minute = 0; minute < MINUTES; minute++) {
    const began = performance.now()
    for (const standing of standings) {
      standing.setMinute('web', START + minute * MINUTE, { ...emptyCounts(), received: 20 })
      standing.judge({ observed: true, observedFrom: START, notEvaluated: null })
    }
    if (minute > 5) times.push(performance.now() - began)
  }
  return median(times)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
