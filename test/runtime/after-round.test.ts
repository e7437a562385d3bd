import { expect, it } from 'vitest'
import { MINUTE } from '../../src/model/time.ts'
import { order, startTraced } from '../support/traced-daemon.ts'
import { until } from '../support/until.ts'

it('after a reload the gauges of SLOs come back with the next round, not with the next minute', async () => {
  const daemon = await startTraced({
    'rules/assay.yaml': 'version: 1\nstore: { type: sqlite, path: ":memory:" }\nsources: [{ id: web, type: http }]\n',
  })
  const gauges = async (): Promise<number> =>
    ((await (await fetch(`${daemon.url}/metrics`)).text()).match(/^assay_slo_objective_ratio\{/gm) ?? []).length
  expect(await daemon.send([order('o-1')])).toBe(200)
  daemon.forward(2 * MINUTE)
  const before = await until('a judged minute', gauges)
  const judged = daemon.status().judgedUntil
  await daemon.reload()
  await until('the gauges', async () => (await gauges()) === before)
  // Unless a minute ended meanwhile, which the world's clock may bring.
  expect((daemon.status().judgedUntil ?? 0) - (judged ?? 0)).toBeLessThanOrEqual(MINUTE)
  await daemon.stop()
})
