import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { copyOfRepository, REPOSITORY } from '../support/assay-command.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { hasPrometheus, type PrometheusServer, type Series, startPrometheus } from '../support/prometheus.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

interface Target {
  readonly expr: string
  readonly instant?: boolean
}
interface Panel {
  readonly type: string
  readonly title: string
  readonly targets?: readonly Target[]
  readonly panels?: readonly Panel[]
}
interface Dashboard {
  readonly title: string
  readonly panels: readonly Panel[]
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[]
  }
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] }
}

const dashboards = globSync('dashboards/*.json', { cwd: REPOSITORY })
  .sort()
  .map((file): Dashboard => JSON.parse(readFileSync(join(REPOSITORY, file), 'utf8')))
const panelsOf = (panels: readonly Panel[]): Panel[] =>
  panels.flatMap((panel) => [panel, ...panelsOf(panel.panels ?? [])]).filter(({ type }) => type !== 'row')

/** What a run of the demo can't have, and why its queries may be empty. */
const EMPTY: readonly { readonly metric: RegExp; readonly because: string }[] = [
  { metric: /assay_kafka_/, because: 'the demo reads no topic' },
  { metric: /assay_table_/, because: 'the demo reads no warehouse' },
  { metric: /assay_volume_expected/, because: 'the detector has not learnt the demo’s six hours' },
]

/** As Grafana fills a query in, with everything chosen. */
function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1m')
    .replaceAll(/\$(job|domain|event|slo|source)\b/g, '.*')
}

describe.skipIf(!hasPrometheus || !THOROUGH)(
  'every query of every dashboard, on a real Prometheus that scrapes a real run (only with ASSAY_REQUIRE=all: half a minute)',
  () => {
    const toEnd: (() => unknown)[] = []
    let assay: RunningAssay
    let prometheus: PrometheusServer

    beforeAll(async () => {
      const { root, remove } = copyOfRepository()
      toEnd.push(remove)
      assay = await startAssay(join(root, 'rules/assay.yaml'))
      toEnd.push(assay.kill)
      prometheus = await startPrometheus(new URL(assay.url).host, {
        ruleFiles: globSync(join(REPOSITORY, 'alerts/prometheus/*.rules.yml')),
      })
      toEnd.push(prometheus.stop)
      await until(
        'the demo to have caught up and to be scraped since',
        async () => {
          const [delay] = await prometheus.query(
            'min_over_time(assay_watermark_delay_seconds{source="shop"}[2s]) < 300',
          )
          return delay
        },
        60_000,
      )
    }, 120_000)
    afterAll(async () => {
      for (const end of toEnd.reverse()) await end()
    })

    describe.each(dashboards)('$title', ({ panels, templating, annotations }) => {
      test.each(panelsOf(panels).filter(({ targets = [] }) => targets.length > 0))(
        '$title',
        async ({ targets = [] }) => {
          for (const { expr, instant } of targets) {
            const query = filledIn(expr)
            expect(query).not.toContain('$')
            const ask = (): Promise<readonly Series[]> =>
              instant === true ? prometheus.query(query) : prometheus.queryRange(query, 30)
            if (EMPTY.some(({ metric }) => metric.test(query))) {
              await ask()
              continue
            }
            const series = await until(
              `an answer to ${query}`,
              async () => {
                const found = await ask()
                return found.some(hasNumber) ? found : undefined
              },
              // A minute is judged once a minute.
              75_000,
            )
            expect(series.length).toBeLessThan(200)
          }
        },
        90_000,
      )

      test.each(templating.list.filter(({ type }) => type === 'query'))('variable $name', async ({ query }) => {
        const asked = (query as { query: string }).query
        const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(asked) ?? []
        const values = await prometheus.ask(`label/${label}/values`, { 'match[]': filledIn(selector) })
        expect(values).not.toEqual([])
      })

      test.each(annotations.list)('annotation $name', async ({ expr }) => {
        expect((await prometheus.query(filledIn(expr))).length).toBeGreaterThan(0)
      })
    })

    test('promtool finds nothing to complain about in what it scrapes', async () => {
      const input = await (await fetch(`${assay.url}/metrics`)).text()
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
      expect({ status, said: `${stdout}${stderr}` }).toEqual({ status: 0, said: '' })
    })

    test('the generated rules are loaded, evaluated without error, and quiet about a healthy Assay', async () => {
      const groups = await until(
        'every group to have been evaluated',
        async () => {
          const { groups: all } = (await prometheus.ask('rules')) as { groups: readonly RuleGroup[] }
          const due = all.filter(({ interval }) => interval <= 30)
          return due.every(({ lastEvaluation }) => !lastEvaluation.startsWith('0001')) ? all : undefined
        },
        60_000,
      )
      // Prometheus spreads the first evaluation of a group over its interval: that of two minutes is asked for itself.
      const slow = groups.filter(({ interval }) => interval > 30).flatMap(({ rules }) => rules)
      expect(slow.length).toBeGreaterThan(5)
      for (const { query } of slow) await prometheus.query(query)
      expect(groups.map(({ name }) => name)).toContain('assay-itself')
      expect(groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'err')).toEqual([])
      expect(await prometheus.query('ALERTS{domain="assay"}')).toEqual([])
      // The first evaluation may have come before the second scrape; the next comes half a minute later.
      await until(
        'recordings of the SLOs',
        async () => (await prometheus.query('slo:assay_sli_bad:increase5m')).length > 10,
        60_000,
      )
    }, 130_000)
  },
)

interface RuleGroup {
  readonly name: string
  /** Seconds. */
  readonly interval: number
  readonly lastEvaluation: string
  readonly rules: readonly { readonly name: string; readonly query: string; readonly health: string }[]
}

function hasNumber({ value, values = [] }: Series): boolean {
  return [...(value === undefined ? [] : [value]), ...values].some(([, text]) => Number.isFinite(Number(text)))
}

test('nothing in the dashboards is asked of a metric that Assay does not have', async () => {
  const { FAMILIES } = await import('../../src/report/metrics/families.ts')
  const known = new Set([
    ...Object.keys(FAMILIES),
    ...['assay_event_delay_seconds', 'assay_ingest_delay_seconds', 'assay_evaluation_duration_seconds'].flatMap(
      (name) => ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`),
    ),
  ])
  const asked = dashboards
    .flatMap(({ panels }) => panelsOf(panels))
    .flatMap(({ targets = [] }) => targets)
    .flatMap(({ expr }) => expr.match(/\bassay_\w+/g) ?? [])
  const unknown = [...new Set(asked)].filter((name) => !known.has(name))
  expect(unknown.filter((name) => !EMPTY.some(({ metric }) => metric.test(name)))).toEqual([])
})
