import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Instant, MINUTE } from '../../../src/model/time.ts'
import { emptyCounts } from '../../../src/model/window.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { commitIngest } from '../../../src/store/ingest.ts'
import { takeWriter, type Writer } from '../../../src/store/leases.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { evaluatorOf } from '../../support/evaluator.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'

const START = Date.UTC(2026, 0, 5, 7)
const SLOS = [
  sloPlan({ name: 'valid' }),
  sloPlan({ name: 'fresh', kind: 'freshness', maxAge: 10 * MINUTE, minTotal: 0 }),
]
const running = (id: string) => ({ id, type: 'file', disabled: null })
const off = (id: string) => ({ id, type: 'kafka', disabled: 'environment variable SASL is not set' })

describe('an SLO of all sources, when one that carried its event is gone', () => {
  let db: Database
  let writer: Writer
  const positions = new Map<string, string>()
  beforeEach(async () => {
    db = await openStore({ type: 'sqlite', path: ':memory:' })
    writer = await takeWriter(db)
    positions.clear()
  })
  afterEach(() => db.close())

  /** A partition of which nothing is known yet, then one that has been read up to `to`. */
  async function partition(source: string, from: string | null, to: number | null): Promise<void> {
    const observedUntil = to === null ? null : START + to * MINUTE
    const step = { partition: 'new', from, to: `${to}`, observedUntil, listeningSince: null, complete: false }
    const nothing = { windows: [], facets: [], findings: [] }
    await commitIngest(db, writer, { source, steps: [step], delta: nothing, rejects: [], samples: [], sightings: [] })
  }

  /** Minutes [from, to) of a source, ten records each or none. */
  async function feed(source: string, from: number, to: number, received = 10): Promise<void> {
    const series = { source, kind: 'planned', event: 'Order Completed' } as const
    const facet = { platform: null, appVersion: null, library: null, partition: null }
    const rows = Array.from({ length: received === 0 ? 0 : to - from }, (_, index) => {
      const minute = START + (from + index) * MINUTE
      return { series, minute, counts: { ...emptyCounts(), received, lastArrival: minute + 1_000 } }
    })
    const observedUntil: Instant = START + to * MINUTE
    await commitIngest(db, writer, {
      source,
      steps: [
        {
          partition: 'all',
          from: positions.get(source) ?? null,
          to: `${to}`,
          observedUntil,
          listeningSince: null,
          complete: false,
        },
      ],
      delta: { windows: rows, facets: rows.map((row) => ({ ...row, facet })), findings: [] },
      rejects: [],
      samples: [],
      sightings: [],
    })
    positions.set(source, `${to}`)
  }

  const open = (sources: Plan['sources']) => evaluatorOf({ db, plan: planOf(SLOS, sources) })
  async function judged(sources: Plan['sources']) {
    const evaluator = await open(sources)
    await evaluator.evaluate()
    await evaluator.fallBehind(new Map(), START)
    return Object.fromEntries(
      [...evaluator.newest()].map(([slo, { verdict }]) => [
        slo,
        { minute: (verdict.at - START) / MINUTE, said: verdict.reason ?? verdict.outcome, total: verdict.total },
      ]),
    )
  }

  it('is judged by those that are left', async () => {
    await feed('web', 0, 60)
    await feed('app', 0, 60)
    await judged([running('web'), running('app')])
    await feed('app', 60, 90)
    const later = { minute: 90, said: 'met' }
    // Thirty minutes more, of one source.
    const expected = { valid: { ...later, total: 1500 }, fresh: { ...later, total: 90 } }
    expect(await judged([running('app')])).toEqual(expected)
    expect(await judged([off('web'), running('app')])).toEqual(expected)
  })

  it('is judged by the one that took its place, before its first record too', async () => {
    await feed('web', 0, 60)
    await judged([running('web')])
    await feed('web2', 60, 90, 0)
    expect(await judged([running('web2')])).toMatchObject({
      // The last record came 59 min 1 s after the start: minutes that end at 70 and later find it too old.
      fresh: { minute: 90, said: 'violated', total: 90 },
    })
    await feed('web2', 90, 100)
    expect(await judged([running('web2')])).toMatchObject({ valid: { minute: 100, said: 'met', total: 700 } })
  })

  it('waits for a stream with a partition of which nothing is known yet', async () => {
    const sources = [running('web'), { id: 'stream', type: 'kafka', disabled: null }]
    await feed('web', 0, 60)
    await feed('stream', 0, 60)
    expect(await judged(sources)).toMatchObject({ valid: { minute: 60, total: 1200 } })
    await partition('stream', null, null)
    await feed('web', 60, 90)
    expect(await judged(sources)).toMatchObject({ valid: { minute: 60, total: 1200 } })
    await partition('stream', 'null', 90)
    await feed('stream', 60, 90)
    expect(await judged(sources)).toMatchObject({ valid: { minute: 90, total: 1800 } })
  })

  it('is not evaluated when none is left that runs', async () => {
    await feed('web', 0, 60)
    await judged([running('web')])
    const blind = { minute: 60, said: 'disabled' }
    expect(await judged([off('web')])).toMatchObject({ valid: blind, fresh: blind })
    await feed('web', 60, 70)
    expect(await judged([running('web')])).toMatchObject({ valid: { minute: 70, said: 'met' } })
  })
})
