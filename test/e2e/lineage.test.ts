import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HOUR, iso, MINUTE } from '../../src/model/time.ts'
import { specProblems } from '../report/lineage/schemas/problems.ts'
import { type RunningAssay, startAssay } from '../support/daemon.ts'
import { type MarquezServer, startMarquezServer } from '../support/marquez-server.ts'
import { writeProject } from '../support/project.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const START = Date.UTC(2026, 9, 5, 9, 30)
/** Orders break at 11:20 and are mended at 11:50: of a window of one hour that is a violation, and its end. */
const BROKEN = [Date.UTC(2026, 9, 5, 11, 20), Date.UTC(2026, 9, 5, 11, 50)] as const
const END = START + 4.5 * HOUR

const DOMAIN = 'rules/domains/checkout'
const contract = (event: string) => `event: ${event}
versions:
  - { version: 1, schema: { type: object, required: [order_id], properties: { order_id: { type: string } } } }
destinations: [{ table: main.analytics.orders }]
`
const SLOS = `slos:
  - { name: orders-valid, sli: { kind: validity, event: Order Completed }, objective: 90, window: 1h, min_total: 0 }
  - { name: carts-valid, sli: { kind: validity, event: Cart Viewed }, objective: 90, window: 1h, min_total: 0 }
`

let server: MarquezServer
let assay: RunningAssay | null = null
let project: ReturnType<typeof writeProject>

beforeEach(async () => {
  server = await startMarquezServer('the-key-of-this-test')
  project = writeProject({
    'rules/assay.yaml': `version: 1
store: { type: sqlite, path: assay.db }
sources: [{ id: archive, type: file, paths: [events.ndjson], format: { type: segment }, follow: false }]
telemetry: { lineage: { http: "${server.url}", api_key: { env: LINEAGE_KEY }, file: out/lineage.ndjson } }
`,
    [`${DOMAIN}/events/order_completed.yaml`]: contract('Order Completed'),
    [`${DOMAIN}/events/cart_viewed.yaml`]: contract('Cart Viewed'),
    [`${DOMAIN}/slos.yaml`]: SLOS,
    'events.ndjson': archive(),
  })
})
afterEach(async () => {
  await assay?.kill()
  assay = null
  await server.close()
  project.remove()
})

function archive(): string {
  const lines: string[] = []
  for (let at = START; at < END; at += MINUTE) {
    for (const [index, event] of ['Order Completed', 'Cart Viewed'].entries()) {
      const isBroken = event === 'Order Completed' && at >= BROKEN[0] && at < BROKEN[1]
      const receivedAt = iso(at + 1_000 + index)
      const properties = isBroken ? {} : { order_id: 'o' }
      lines.push(
        JSON.stringify({
          type: 'track',
          event,
          messageId: `${index}-${at}`,
          userId: 'u',
          receivedAt,
          timestamp: receivedAt,
          properties,
        }),
      )
    }
  }
  return `${lines.join('\n')}\n`
}

/**
 * By hand: minutes 9:31 to 14:00 are judged, one record a minute. The first verdict is a change; then one run at each hour; and
 * orders are violated once more than 6 of the last 60 are bad (11:27: 7), and met once 6 are left (minute 11:49 is the last
 * bad one, 11:44 the sixth from the end: at 12:44 + 1 min).
 */
const HOURS = [10, 11, 12, 13, 14].map((hour) => Date.UTC(2026, 9, 5, hour))
const EXPECTED = {
  'checkout.order-completed': [
    START + MINUTE,
    ...HOURS,
    Date.UTC(2026, 9, 5, 11, 27),
    Date.UTC(2026, 9, 5, 12, 44),
  ].sort((a, b) => a - b),
  'checkout.cart-viewed': [START + MINUTE, ...HOURS],
}

const start = async () => {
  assay = await startAssay(project.config, { env: { LINEAGE_KEY: 'the-key-of-this-test' } })
}
const completed = (events: readonly Record<string, unknown>[], job: string) =>
  events
    .filter((event) => event['eventType'] === 'COMPLETE' && (event['job'] as { name: string }).name === job)
    .map((event) => String(event['eventTime']))
const inFile = () => {
  const path = join(project.root, 'out/lineage.ndjson')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
/** What was written but not yet noted when the kill came is written again, to the letter. */
const told = (events: readonly Record<string, unknown>[]) =>
  [...new Set(events.map((event) => JSON.stringify(event)))].map((line) => JSON.parse(line) as Record<string, unknown>)
const enough = (events: readonly object[]) => events.length >= 2 * Object.values(EXPECTED).flat().length

test.skipIf(!THOROUGH)(
  'tells each change of outcome and each hour once, to a server and to a file, over a kill and a server that was down (15 s long: with ASSAY_REQUIRE=all)',
  async () => {
    server.fail({ kind: 'status', status: 503 }, 'for ever')
    await start()
    await until('the file to have it all', () => enough(inFile()), 30_000)
    await until('the server to have been asked', () => server.requests.length > 0)
    await assay?.kill()
    expect(server.events).toEqual([])

    server.mend()
    await start()
    await until('the server to have it all', () => enough(server.events), 30_000)
    for (const events of [server.events, told(inFile())]) {
      for (const [job, expected] of Object.entries(EXPECTED)) expect(completed(events, job)).toEqual(expected.map(iso))
      for (const event of events) expect(specProblems(event)).toEqual([])
    }
    for (const run of server.runs) expect(run.eventTypes).toEqual(['START', 'COMPLETE'])
    expect(server.events).toEqual(told(inFile()))
    expect(server.events.at(-1)).toMatchObject({
      job: { namespace: 'assay://production' },
      inputs: [{ namespace: 'file', name: join(project.root, 'events.ndjson') }],
      outputs: [{ name: 'main.analytics.orders' }],
    })
    await until('it to be noted', async () => (await (await fetch(`${assay?.url}/readyz`)).text()).includes('running'))
    expect(await assay?.stop()).toBe(0)

    const [sent, written] = [server.events.length, inFile().length]
    await start()
    await until('it to have looked at what was told', () => assay?.output().includes('"emitter":"file","untold":0'))
    expect(assay?.output()).toContain('"emitter":"http","untold":0')
    const metrics = await (await fetch(`${assay?.url}/metrics`)).text()
    for (const emitter of ['http', 'file'])
      expect(metrics).toContain(`assay_lineage_runs_total{emitter="${emitter}",outcome="sent"} 0`)
    expect(await assay?.stop()).toBe(0)
    expect([server.events.length, inFile().length]).toEqual([sent, written])
  },
  120_000,
)
