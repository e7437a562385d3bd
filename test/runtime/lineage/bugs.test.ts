import { expect, it } from 'vitest'
import type { Evaluation, Evaluator } from '../../../src/runtime/evaluate/evaluator.ts'
import { startLineage } from '../../../src/runtime/lineage/lineage.ts'
import { openStore } from '../../../src/store/open.ts'
import { planOf } from '../../support/plan.ts'
import { sloPlan } from '../../support/slo-plan.ts'
import { until } from '../../support/until.ts'

it('a bug in what is told of a round is logged once and counted, and does not reach the loop that judges', async () => {
  const db = await openStore({ type: 'sqlite', path: ':memory:' })
  const errors: object[] = []
  let failed = 0
  let isBroken = true
  const lineage = startLineage({
    db,
    emitters: [{ name: 'test', emit: async () => ({ outcome: 'sent', detail: '', retryAfter: null }) }],
    disabled: new Map(),
    plan: () => planOf([sloPlan()]),
    addresses: () => ({ streams: new Map(), warehouses: new Map() }),
    now: () => 0,
    log: { info: () => undefined, warn: () => undefined, error: (fields: object) => void errors.push(fields) },
    version: 'test',
    onOutcome: (_emitter, outcome, runs) => {
      if (outcome === 'failed') failed += runs
    },
  })
  const accounts = {
    plannedSeries: () => {
      if (isBroken) throw new TypeError('a bug')
      return []
    },
  }
  const evaluator = { accounts, newest: () => new Map() } as unknown as Evaluator
  const evaluation = { lines: [] } as unknown as Evaluation
  for (let round = 0; round < 3; round += 1) lineage.round(evaluator, evaluation, true)
  expect(failed).toBe(3)
  expect(errors).toEqual([{ error: expect.stringContaining('a bug') }])
  isBroken = false
  lineage.round(evaluator, evaluation, true)
  await until(
    'it to go on',
    async () => (await db.all("select name from note where name = 'lineage:test'")).length === 1,
  )
  expect(failed).toBe(3)
  await lineage.stop(0)
  await db.close()
})
