import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backtest } from '../../src/cli/backtest.ts'
import type { Io } from '../../src/cli/io.ts'
import { DAY, HOUR, iso } from '../../src/model/time.ts'
import { commitIngest } from '../../src/store/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { commitOf, countsOf, facetOf, seriesOf, stepOf } from '../support/commits.ts'
import { seeded } from '../support/random.ts'
import { type TestProject, testProject } from './project.ts'

const START = Date.UTC(2026, 0, 5)
const HOURS = 28 * 24
const ORDERS = seriesOf('Order Completed')

let project: TestProject
const run = (options: { falseAlarmsPerWeek?: number; json?: boolean; zone?: string } = {}, change: Partial<Io> = {}) =>
  project.run((io) => backtest({ config: 'rules/assay.yaml', json: false, ...options }, io), {
    now: () => START + HOURS * HOUR + 1,
    ...change,
  })

/** Four weeks of hours on two platforms; from the last day on nothing comes from ios. */
beforeAll(async () => {
  project = testProject()
  const db = await openStore({ type: 'sqlite', path: join(project.path, '.assay/assay.db') })
  const writer = await takeWriter(db)
  const random = seeded(3)
  const facets = Array.from({ length: HOURS }, (_, hour) => {
    const minute = START + hour * HOUR
    const mean = 1_000 + 400 * Math.sin((2 * Math.PI * hour) / 24)
    const count = (share: number) => Math.round(mean * share + 20 * (random.next() - 0.5))
    const ios =
      hour >= HOURS - 24 ? [] : [{ series: ORDERS, facet: facetOf('ios'), minute, counts: countsOf(count(0.4)) }]
    return [{ series: ORDERS, facet: facetOf('web'), minute, counts: countsOf(count(0.6)) }, ...ios]
  })
  const windows = facets.map((parts, hour) => {
    const received = parts.reduce((sum, { counts }) => sum + counts.received, 0)
    return { series: ORDERS, minute: START + hour * HOUR, counts: countsOf(received) }
  })
  const step = stepOf(null, 'end', { observedUntil: START + HOURS * HOUR, listeningSince: START })
  await commitIngest(db, writer, commitOf({ steps: [step], delta: { windows, facets: facets.flat(), findings: [] } }))
  await writer.release()
  await db.close()
})
afterAll(() => project.remove())

describe('backtest over the store', () => {
  it('says what each budget would have raised', async () => {
    const { code, out } = await run()
    expect(code).toBe(0)
    expect(out).toMatch(
      /^4\.0 weeks, .*; 8 series\.\nFALSE ALARMS A WEEK +ALARMS +A WEEK +PAGES +DOWN +UP +SERIES\n0\.25 /,
    )
    expect(out.match(/^(0\.25|0\.5|1|2|5) .*$/gm)).toHaveLength(5)
  })

  it('judges what the volume SLOs judge, where there are some', async () => {
    const sli = '{ kind: volume, event: Order Completed, source: web }'
    project.write('rules/domains/checkout/slos.yaml', `slos:\n  - { name: one, sli: ${sli}, objective: 99 }\n`)
    const { out } = await run({ falseAlarmsPerWeek: 1, json: true })
    project.write('rules/domains/checkout/slos.yaml', 'slos: []\n')
    const { alarms } = JSON.parse(out).budgets[0]
    expect(alarms.map(({ series }: { series: string }) => series)).toContain('Order Completed · from · web · on · ios')
    expect(alarms.every(({ series }: { series: string }) => series.startsWith('Order Completed · from · web'))).toBe(
      true,
    )
  })

  it('names the alarms of one budget', async () => {
    const { out } = await run({ falseAlarmsPerWeek: 1, json: true })
    const [budget] = JSON.parse(out).budgets
    const opened = iso(START + HOURS * HOUR - DAY + HOUR)
    expect(budget.alarms).toContainEqual(
      expect.objectContaining({
        series: 'Order Completed · on · ios',
        kind: 'share',
        direction: 'down',
        opened_at: opened,
        observed: 0,
        severity: 'page',
      }),
    )
    expect((await run({ falseAlarmsPerWeek: 1 })).out).toContain('Order Completed · on · ios')
  })

  it('does not judge the hour under way', async () => {
    const { out } = await run({ json: true }, { now: () => START + 10 * HOUR + 1 })
    expect(JSON.parse(out)).toMatchObject({ from: iso(START), to: iso(START + 10 * HOUR) })
    expect((await run({}, { now: () => START + 1 })).out).toBe(
      'The store keeps no whole hour yet: there is nothing to look back on.\n',
    )
  })

  it('says nothing of hours in which nobody listened', async () => {
    const deaf = testProject()
    const [from, to, end] = [20 * 24, 20 * 24 + 6, 21 * 24]
    const store = await openStore({ type: 'sqlite', path: join(deaf.path, '.assay/assay.db') })
    const writer = await takeWriter(store)
    const random = seeded(5)
    const hours = (first: number, last: number) =>
      Array.from({ length: last - first }, (_, index) => {
        const counts = countsOf(Math.round(1_000 + 40 * (random.next() - 0.5)))
        return { series: ORDERS, minute: START + (first + index) * HOUR, counts }
      })
    const commit = (step: ReturnType<typeof stepOf>, windows: ReturnType<typeof hours>) =>
      commitIngest(store, writer, commitOf({ steps: [step], delta: { windows, facets: [], findings: [] } }))
    const until = (hour: number, since: number) => ({
      observedUntil: START + hour * HOUR,
      listeningSince: START + since * HOUR,
    })
    await commit(stepOf(null, '1', until(from, 0)), hours(0, from))
    await commit(stepOf('1', '2', until(end, to)), hours(to, end))
    await writer.release()
    await store.close()
    const { out } = await deaf.run(
      (io) => backtest({ config: 'rules/assay.yaml', json: true, falseAlarmsPerWeek: 2 }, io),
      {
        now: () => START + end * HOUR + 1,
      },
    )
    deaf.remove()
    const { to: last, budgets } = JSON.parse(out)
    expect(last).toBe(iso(START + end * HOUR))
    const opened = budgets.flatMap(({ alarms }: { alarms: readonly { opened_at: string }[] }) =>
      alarms.map(({ opened_at }) => opened_at),
    )
    expect(opened.filter((at: string) => at >= iso(START + from * HOUR))).toEqual([])
  })

  it('has the zone of the configuration', async () => {
    expect(await run({ zone: 'UTC' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('--zone goes with --counts'),
    })
  })
})
