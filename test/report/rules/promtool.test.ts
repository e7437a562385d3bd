import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { pagingBound } from '../../../src/judge/slo/interval.ts'
import { prometheusFiles } from '../../../src/report/rules/rules.ts'
import { planned } from '../../support/project.ts'
import { hasPrometheus } from '../../support/prometheus.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { THOROUGH } from '../../support/thorough.ts'

const CASES = join(import.meta.dirname, 'cases')

const plan = planned({
  'rules/domains/checkout/events/cart_viewed.yaml': 'event: Cart Viewed\nversions: [{ version: 1, schema: {} }]\n',
  'rules/domains/checkout/slos.yaml': `slos:
  - name: orders-valid
    description: "{{ not a template }}"
    sli: { kind: validity, event: Order Completed }
    objective: 99.9
  - { name: orders-fresh, sli: { kind: freshness, event: Order Completed, max_age: 10m }, objective: 99 }
  - { name: carts-valid, sli: { kind: validity, event: Cart Viewed }, objective: 99, severity: ticket }
  - { name: orders-volume, sli: { kind: volume, event: Order Completed }, objective: 99 }
`,
})
const folder = temporaryFolder()
for (const { path, text } of prometheusFiles(plan, 'https://assay.example.org/')) {
  writeFileSync(join(folder.path, path), text)
}
for (const name of readdirSync(CASES)) copyFileSync(join(CASES, name), join(folder.path, name))
afterAll(() => folder.remove())

function promtool(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder.path, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

describe.skipIf(!hasPrometheus)('the generated rules, by promtool (skipped without it)', () => {
  test('load, and lint clean', () => {
    const files = readdirSync(folder.path).filter((name) => name.endsWith('.rules.yml'))
    expect(files).toHaveLength(3)
    const { status, said } = promtool('check', 'rules', '--lint=all', '--lint-fatal', ...files)
    expect({ status, said }).toMatchObject({ status: 0, said: expect.stringContaining('SUCCESS') })
    expect(said).not.toContain('FAILED')
  })

  function holds(name: string): void {
    const { status, said } = promtool('test', 'rules', name)
    expect(said).toContain('SUCCESS')
    expect(status).toBe(0)
  }
  const isBurn = (name: string) => name.startsWith('burn')
  test.each(readdirSync(CASES).filter((name) => !isBurn(name)))('%s', holds)
  test.skipIf(!THOROUGH).each(readdirSync(CASES).filter(isBurn))(
    '%s (days of rules: only with ASSAY_REQUIRE=all)',
    holds,
    120_000,
  )

  test('names that mean something to YAML or to templates are printed as they are', () => {
    const event = 'Say "hi" {{ $value }} \\ #1: {a}\n- b\tü'
    const hostile = planned({
      'rules/domains/checkout/domain.yaml': 'domain: checkout\nowner: { team: "a: {{b}} #c" }\ntier: P0\n',
      'rules/domains/checkout/events/order_completed.yaml': stringify({
        event,
        versions: [{ version: 1, schema: {} }],
      }),
      'rules/domains/checkout/slos.yaml': stringify({
        slos: [
          { name: 'x.y_z-1', description: '{{ end }} "q" \'s', sli: { kind: 'validity', event }, objective: 99.9 },
        ],
      }),
    })
    const [file] = prometheusFiles(hostile, 'https://assay.example.org')
    writeFileSync(join(folder.path, 'hostile.yml'), file?.text ?? '')
    expect(promtool('check', 'rules', 'hostile.yml')).toMatchObject({ status: 0 })
    const { groups } = parse(file?.text ?? '') as { groups: { rules: Record<string, Record<string, string>>[] }[] }
    const [rule] = groups[0]?.rules ?? []
    const shown = (text = '') => text.replaceAll('{{ "{{" }}', '{{')
    expect(shown(rule?.['annotations']?.['summary'])).toBe(`${event}: too many records break their contract`)
    expect(shown(rule?.['labels']?.['owner'])).toBe('a: {{b}} #c')
    expect(shown(rule?.['annotations']?.['description'])).toContain('{{ end }} "q" \'s')
  })

  test('the bound that a long window is held to is the one that Assay pages by', () => {
    const pairs = [
      [3, 3],
      [3, 1_000],
      [5, 60],
      [40, 100],
      [144, 10_000],
      [6_000, 6_000],
      [1_000, 1_000_000],
    ] as const
    const series = pairs.flatMap(([bad, total], index) => {
      const labels = `{slo="s${index}"}`
      // `increase` over an hour of an hour's samples extrapolates to neither side.
      const values = (sum: number) => `0 ${sum / 2}x29 ${sum}x60`
      return [
        { series: `assay_sli_total${labels}`, values: values(total * 2) },
        { series: `assay_sli_good_total${labels}`, values: values((total - bad) * 2) },
      ]
    })
    const ratio = (expr: string) => `round(${expr}, 0.000001)`
    const expectations = pairs.map(([bad, total], index) => ({
      expr: ratio(`slo:assay_sli_bad_per_total:lower_bound1h{slo="s${index}"}`),
      eval_time: '75m',
      exp_samples: [{ labels: `{slo="s${index}"}`, value: Number(pagingBound(bad, total).toFixed(6)) }],
    }))
    const document = {
      rule_files: ['assay-slis.rules.yml'],
      evaluation_interval: '75m',
      tests: [{ interval: '1m', input_series: series, promql_expr_test: expectations }],
    }
    writeFileSync(join(folder.path, 'bound.yml'), stringify(document))
    const { status, said } = promtool('test', 'rules', 'bound.yml')
    expect(said).toContain('SUCCESS')
    expect(status).toBe(0)
  })
})

test('an SLO without rows has no burn alert: volume pages on its detector', () => {
  const texts = prometheusFiles(plan, null).map(({ text }) => text)
  expect(texts.join('')).not.toContain('orders-volume')
  expect(texts.join('')).toContain('runbook_url: "alerts/runbooks/schema-violations.md"')
})
