import { expect, it } from 'vitest'
import { linted } from '../support/project.ts'

it('refuses a second source of type http: the first would take all that comes', () => {
  const sources = 'sources:\n  - { id: clickstream, type: http }\n  - { id: app, type: http }\n'
  const { lines } = linted({ 'rules/assay.yaml': `version: 1\n${sources}` })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^rules\/assay\.yaml:4:\d+: a second source of type http would never be reached/)
})

it('takes a configuration for a later version: what it can do without is a warning, and the source is disabled', () => {
  const { lines, plan } = linted({
    'rules/assay.yaml': `version: 1
sources:
  - { id: clickstream, type: kafka, brokers: ["localhost:9092"], topics: [t], group: assay, format: { type: segment }, sampling: auto }
warehouses:
  - { id: main, type: postgres, url: { env: WAREHOUSE_URL }, schedule: "*/5 * * * *" }
telemetry: { lineage: { http: { env: OPENLINEAGE_URL } }, traces: { otlp: { env: OTEL_EXPORTER_OTLP_ENDPOINT } } }
`,
    'rules/domains/checkout/slos.yaml': `slos:
  - { name: lands, sli: { kind: landing, event: Order Completed, max_delay: 1h }, objective: 99 }
  - { name: orders-valid, sli: { kind: validity, event: Order Completed, source: clickstream }, objective: 99.9 }
`,
  })
  expect(lines).toEqual([
    'rules/domains/checkout/slos.yaml:2:33: warning: SLIs of kind landing are not in this version',
  ])
  expect(plan?.sources).toMatchObject([{ id: 'clickstream', type: 'kafka' }])
  expect(plan?.slos.map(({ name }) => name)).toContain('orders-valid')
  expect(plan?.warehouses).toMatchObject([{ id: 'main', type: 'postgres' }])
  expect(plan?.slos.map(({ name }) => name)).not.toContain('lands')
})
