import pg from 'pg'
import { expect, it } from 'vitest'
import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { startOtlp } from '../../support/otlp-server.ts'
import { withPostgres } from '../../support/postgres.ts'
import { startTraced } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'

withPostgres('a table', (postgres) => {
  it('is read in spans, and an incident of it leads to those that found its bad rows', async () => {
    const url = await postgres.createDatabase()
    const client = new pg.Client(url)
    await client.connect()
    await client.query('create table orders (loaded_at timestamptz, amount numeric)')
    const since = new Date(Date.now() - 2 * HOUR).toISOString()
    await client.query(
      "insert into orders select at, case when at > now() - interval '20 minutes' then -1 else 1 end from generate_series($1::timestamptz, now(), '5 seconds') at",
      [since],
    )
    await client.end()
    const otlp = await startOtlp()
    const daemon = await startTraced(
      {
        'rules/assay.yaml': `version: 1
store: { type: sqlite, path: ":memory:" }
warehouses:
  - { id: main, type: postgres, url: { env: URL }, schedule: "* * * * * *", safety: 1s, backfill: 1h }
telemetry: { traces: { otlp: { env: OTLP } } }
`,
        'rules/domains/checkout/tables/orders.yaml':
          'table: main.public.orders\narrived_at: loaded_at\ncolumns: { amount: { type: number, minimum: 0 } }\n',
        'rules/domains/checkout/slos.yaml':
          'slos:\n  - { name: orders-valid, sli: { kind: validity, table: main.public.orders }, objective: 99, severity: page }\n',
      },
      { URL: url, OTLP: otlp.url },
    )
    try {
      daemon.forward(MINUTE)
      const found = (name: string) => otlp.spans.find((span) => span.name === name)
      const incident = await until('the incident', () => found('evaluate incident'), 30_000)
      expect(incident.attributes).toMatchObject({ 'assay.table': 'main.public.orders' })
      expect(incident.attributes).not.toHaveProperty('assay.event')
      const read = otlp.spans.filter(({ name }) => name === 'read main.public.orders')
      expect(read[0]?.kind).toBe(3)
      expect(read[0]?.attributes).toMatchObject({
        'db.system.name': 'postgresql',
        'db.collection.name': 'main.public.orders',
        'assay.warehouse.id': 'main',
        'assay.records.received': expect.any(Number),
      })
      expect(incident.links.length).toBeGreaterThan(0)
      const ids = read.map(({ spanId }) => spanId)
      for (const link of incident.links) expect(ids).toContain(link.spanId)
    } finally {
      await daemon.stop()
      await otlp.close()
    }
  }, 60_000)
})
