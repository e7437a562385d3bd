import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { MINUTE } from '../../../src/model/time.ts'
import { startTraced, type TracedDaemon } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'

let daemon: TracedDaemon | null = null
afterEach(async () => {
  await daemon?.stop()
  daemon = null
})

it('names tables by their warehouse without its password, and carries no value of any payload', async () => {
  const running = await startTraced(
    {
      'rules/assay.yaml': `version: 1
store: { type: sqlite, path: ":memory:" }
sources: [{ id: web, type: http }]
warehouses: [{ id: main, type: postgres, url: { env: WAREHOUSE_URL } }]
telemetry: { lineage: { file: out/lineage.ndjson } }
`,
      'rules/domains/checkout/events/order_completed.yaml': `event: Order Completed
versions:
  - version: 1
    schema:
      { type: object, required: [order_id], properties: { order_id: { type: string }, email: { type: string, x-pii: email } } }
destinations: [{ table: main.analytics.orders }]
`,
    },
    { WAREHOUSE_URL: 'postgres://assay_reader:pw-of-the-warehouse@127.0.0.1:1/shop' },
  )
  daemon = running
  const properties = { order_id: 'order-number-one', email: 'jane@example.org' }
  const calls = [properties, { ...properties, order_id: 7 }].map((one, index) => ({
    ...{ type: 'track', event: 'Order Completed', userId: 'the-user', messageId: `message-${index}` },
    properties: one,
  }))
  expect(await running.send(calls)).toBe(200)
  running.forward(2 * MINUTE)
  const path = join(running.root, 'out/lineage.ndjson')
  const told = await until('it to be told', () => {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
    return text.includes('COMPLETE') && text
  })
  const served = await (await fetch(`${running.url}/api/v1/lineage/Order%20Completed`)).text()
  for (const text of [told, served]) {
    expect(text).toContain('"namespace":"postgres://127.0.0.1:1","name":"shop.analytics.orders"')
    for (const secret of ['pw-of-the-warehouse', 'assay_reader']) expect(text).not.toContain(secret)
    for (const value of ['order-number-one', 'jane@example.org', 'the-user', 'message-0'])
      expect(text).not.toContain(value)
  }
  expect(told).toContain('{"key":"pii","value":"email","source":"ASSAY","field":"email"}')
})
