import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../../../src/model/failure.ts'
import { HOUR, iso, MINUTE } from '../../../src/model/time.ts'
import type { Verdict, VerdictOutcome } from '../../../src/model/verdict.ts'
import type { Emitter } from '../../../src/report/lineage/transports/emitter.ts'
import type { Evaluation, Evaluator } from '../../../src/runtime/evaluate/evaluator.ts'
import { type Lineage, startLineage } from '../../../src/runtime/lineage/lineage.ts'
import { createLog } from '../../../src/runtime/log.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Database } from '../../../src/store/sql.ts'
import { saveVerdicts } from '../../../src/store/verdicts.ts'
import { makePlan, verdictOf } from '../../serve/plan.ts'
import { until } from '../../support/until.ts'

const NOON = Date.UTC(2026, 9, 5, 12)
const plan = makePlan({ domains: ['checkout'], events: ['Order Completed'], slosPerEvent: 1 })
const [slo] = plan.slos
if (slo === undefined) throw new Error('the plan has no SLO')
const verdict = (minute: number, outcome: VerdictOutcome): Verdict =>
  verdictOf(slo, { at: NOON + minute * MINUTE, outcome })

let db: Database
const running: Lineage[] = []
beforeEach(async () => {
  db = await openStore({ type: 'sqlite', path: ':memory:' })
})
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop(0)
  await db.close()
})

/** A leader whose emitter holds its tongue after so many events. */
function lead(mostEvents = Number.POSITIVE_INFINITY, store: Database = db) {
  const events: { readonly eventType: string; readonly eventTime: string; readonly run: { readonly runId: string } }[] =
    []
  const lines: string[] = []
  const emitter: Emitter = {
    name: 'http',
    emit: async (event, signal) => {
      if (events.length >= mostEvents)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      if (signal.aborted) return { outcome: 'later', detail: 'stopped', retryAfter: null }
      events.push(event as (typeof events)[number])
      return { outcome: 'sent', detail: '', retryAfter: null }
    },
  }
  const lineage = startLineage({
    db: store,
    emitters: [emitter],
    disabled: new Map(),
    plan: () => plan,
    addresses: () => ({ streams: new Map(), warehouses: new Map() }),
    now: () => NOON + 24 * HOUR,
    log: createLog((line) => void lines.push(line), false),
    version: '1.2.3',
    onOutcome: () => undefined,
  })
  running.push(lineage)
  return {
    lineage,
    events,
    lines,
    told: () => events.filter(({ eventType }) => eventType === 'COMPLETE').map(({ eventTime }) => eventTime),
  }
}

/** A judge and one round of it; `said` is what reached whoever listens, which after a failed round is less than was stored. */
async function round(
  lineage: Lineage,
  stored: readonly Verdict[],
  said = stored,
  judge: Evaluator | null = null,
): Promise<Evaluator> {
  await db.transaction((sql) =>
    saveVerdicts(
      sql,
      stored.map((one) => ({ slo: one.slo, at: one.at, document: one })),
    ),
  )
  const last = stored.at(-1)
  const newest = new Map(last === undefined ? [] : [[last.slo, { verdict: last, rows: [] }]])
  const evaluator = (judge ?? { accounts: { plannedSeries: () => [] }, newest: () => newest }) as unknown as Evaluator
  lineage.round(evaluator, { lines: said.map((one) => ({ verdict: one, rows: [] })) } as unknown as Evaluation, true)
  return evaluator
}

const times = (...minutes: number[]) => minutes.map((minute) => iso(NOON + minute * MINUTE))

describe('lineage', () => {
  it('is told on by another leader where the one before left off: each run once', async () => {
    const all = [verdict(1, 'met'), verdict(2, 'violated'), verdict(3, 'met'), verdict(60, 'met')]
    const before = lead(3)
    await round(before.lineage, all)
    await until('the first run, and half of the second', () => before.events.length === 3)
    before.lineage.forget()
    await before.lineage.stop(0)
    const after = lead()
    await round(after.lineage, [all[3] ?? verdict(60, 'met')], [])
    await until('the rest', () => after.told().length === 3)
    expect([...before.told(), ...after.told()]).toEqual(times(1, 2, 3, 60))
    // What had begun begins again, under the same id.
    expect(after.events[0]?.run.runId).toBe(before.events[2]?.run.runId)
  })

  it('is told of what a judge committed and could no longer say', async () => {
    const one = lead()
    const judge = await round(one.lineage, [verdict(1, 'met')])
    await until('the first run', () => one.told().length === 1)
    await round(one.lineage, [verdict(2, 'violated'), verdict(3, 'met')], [], judge)
    expect(one.told()).toEqual(times(1))
    await round(one.lineage, [verdict(4, 'violated')])
    await until('all of it', () => one.told().length === 4)
    expect(one.told()).toEqual(times(1, 2, 3, 4))
  })

  it('is put off while the store does not answer, and loses nothing', async () => {
    let isBroken = true
    const broken: Database = {
      ...db,
      all: (text, values) =>
        isBroken
          ? Promise.reject(new Failure('store_down', 'It does not answer.', { retryable: true }))
          : db.all(text, values ?? []),
    }
    const one = lead(Number.POSITIVE_INFINITY, broken)
    const judge = await round(one.lineage, [verdict(1, 'met'), verdict(2, 'violated')])
    await until('it to be put off', () => one.lines.some((line) => line.includes('lineage is put off')))
    expect(one.events).toEqual([])
    isBroken = false
    one.lineage.round(judge, { lines: [] } as unknown as Evaluation, false)
    await until('all of it', () => one.told().length === 2)
    expect(one.told()).toEqual(times(1, 2))
  })

  it('begins, where it is new, with the last hour, and looks back a day at most', async () => {
    const fresh = lead()
    await round(fresh.lineage, [verdict(-300, 'met'), verdict(-299, 'violated'), verdict(1, 'met')], [])
    await until('it to begin', () => fresh.told().length === 1)
    await fresh.lineage.stop(0)
    const late = lead()
    await round(late.lineage, [verdict(5, 'violated'), verdict(40 * 60, 'met')], [])
    await until('it to go on', () => late.told().length === 1)
    expect([...fresh.told(), ...late.told()]).toEqual(times(1, 40 * 60))
  })
})
