import { describe, expect, it } from 'vitest'
import { floorTo, HOUR, MINUTE, SECOND } from '../../src/model/time.ts'
import { createTopic, kafkaClient, uniqueName, withKafka } from '../support/kafka.ts'
import { startPagerduty } from '../support/pagerduty-server.ts'
import { withPostgres } from '../support/postgres.ts'
import { hasPrometheus, startPrometheus } from '../support/prometheus.ts'
import { startTraced } from '../support/traced-daemon.ts'
import { until } from '../support/until.ts'
import { THOROUGH } from '../support/thorough.ts'

const KEY = 'k'.repeat(32)
const PARTITIONS = 2

const CONTRACT = `event: Order Completed
versions:
  - version: 1
    schema:
      type: object
      required: [order_id, revenue]
      properties: { order_id: { type: string }, revenue: { type: number } }
destinations:
  - { table: main.analytics.orders, key: order_id }
`
const SLOS = `slos:
  - { name: orders-valid, sli: { kind: validity, event: Order Completed, source: stream }, objective: 99, severity: page }
`
const ROUTES = `receivers:
  - { name: pager, pagerduty: { routing_key: { env: PD_KEY }, url: "PAGERDUTY" } }
  - { name: screen, console: {} }
routes:
  - { match: { severity: page }, to: [pager] }
  - { to: [screen] }
`

/** Who sends the 40 orders of a minute: 24 come from the Android app, in the version that is out. */
function senderOf(index: number, release: string): { platform: string; version: string } {
  if (index % 10 < 6) return { platform: 'android', version: release }
  if (index % 10 === 6) return { platform: 'android', version: '4.2.0' }
  return { platform: 'ios', version: index % 10 === 7 ? '4.3.0' : '4.2.0' }
}

const isShort = !THOROUGH || !hasPrometheus

withKafka('from Kafka', (kafka) => {
  withPostgres('over Postgres', (postgres) => {
    describe.skipIf(isShort)('to Prometheus and the pager (long: an hour of data, minute by minute)', () => {
      it('a broken release pages once and resolves once, with its name', async () => {
        const { plain } = await kafka.shared()
        const topic = uniqueName('orders')
        await createTopic(plain, topic, { partitions: PARTITIONS })
        const pager = await startPagerduty()
        // The daemon's clock begins three hours ago and is put forward with the data.
        let minute = floorTo(Date.now() - 3 * HOUR, MINUTE)
        let shift = minute - Date.now()
        const daemon = await startTraced(
          {
            'rules/assay.yaml': `version: 1
store: { type: postgres, url: { env: STORE } }
sources:
  - { id: stream, type: kafka, brokers: ["${plain}"], topics: [${topic}], group: ${topic}, format: { type: segment } }
`,
            'rules/domains/checkout/events/order_completed.yaml': CONTRACT,
            'rules/domains/checkout/slos.yaml': SLOS,
            'alerts/routes.yaml': ROUTES.replace('PAGERDUTY', pager.enqueue),
          },
          { STORE: await postgres.createDatabase(), PD_KEY: KEY },
          shift,
        )
        const prometheus = await startPrometheus(new URL(daemon.url).host)
        const producer = kafkaClient(plain).producer()
        await producer.connect()
        let serial = 0

        /** Sends the orders of one minute and lets it pass. */
        async function pass(release: string, isBroken: boolean): Promise<void> {
          const messages = Array.from({ length: 40 }, (_, index) => {
            serial += 1
            const { platform, version } = senderOf(index, release)
            const bad = isBroken && version === release && platform === 'android'
            const properties = { order_id: `o-${serial}`, ...(bad ? {} : { revenue: 9.5 }) }
            const context = { app: { version }, platform }
            const value = { type: 'track', event: 'Order Completed', messageId: `m-${serial}`, properties, context }
            const timestamp = String(minute + Math.floor(index / PARTITIONS) * 2 * SECOND)
            return { value: JSON.stringify(value), partition: index % PARTITIONS, timestamp }
          })
          await producer.send({ topic, messages })
          const next = minute + MINUTE
          const by = Math.max(0, next - (Date.now() + shift))
          shift += by
          daemon.forward(by)
          // The newest stamp is 38 s into the minute, and a minute is left for what comes late.
          const seen = minute - 25 * SECOND
          await until(`minute ${new Date(minute).toISOString()} to be read`, () =>
            daemon.status().sources.some(({ watermark }) => (watermark ?? 0) >= seen),
          )
          minute = next
        }

        const incidents = async (): Promise<readonly Record<string, unknown>[]> => {
          const answer = await fetch(`${daemon.url}/api/v1/incidents?state=all`)
          return ((await answer.json()) as { incidents: Record<string, unknown>[] }).incidents
        }
        const openPages = async (): Promise<number> =>
          Number((await prometheus.query('assay_incidents_open{severity="page"}'))[0]?.value?.[1] ?? Number.NaN)

        for (let count = 0; count < 30; count++) await pass('4.2.0', false)
        expect(pager.requests).toEqual([])
        for (let count = 0; count < 20 && pager.incidents.length === 0; count++) await pass('4.3.0', true)
        await until('the page', () => pager.incidents.length > 0)
        await until('Prometheus to see it', async () => (await openPages()) === 1)
        for (let count = 0; count < 45 && pager.incidents[0]?.status === 'open'; count++) await pass('4.3.1', false)
        await until('the resolve', () => pager.incidents[0]?.status === 'resolved')
        await until('Prometheus to see that', async () => (await openPages()) === 0)
        for (let count = 0; count < 3; count++) await pass('4.3.1', false)

        const actions = pager.requests.map(({ body }) => (JSON.parse(body) as { event_action: string }).event_action)
        expect(actions).toEqual(['trigger', 'resolve'])
        expect(pager.incidents).toMatchObject([{ status: 'resolved', severities: ['critical'] }])
        expect(pager.requests[0]?.body).toContain('100 % of the violations come from android 4.3.0')
        expect(await incidents()).toMatchObject([
          {
            slos: ['orders-valid'],
            resolution: 'recovered',
            cause: { dimension: 'platform+app_version', value: 'android+4.3.0', share_of_bad: 1 },
            affected: [
              { kind: 'event', name: 'Order Completed' },
              { kind: 'table', name: 'main.analytics.orders' },
            ],
          },
        ])

        const sum = async (query: string): Promise<number> =>
          Number((await prometheus.query(query))[0]?.value?.[1] ?? Number.NaN)
        await until('Prometheus to have counted all', async () => {
          return (await sum('sum(assay_records_total{source="stream"})')) === serial
        })
        expect(await sum('sum(assay_kafka_consumer_lag_records{source="stream"})')).toBe(0)
        expect(await sum('count(assay_kafka_consumer_lag_records{source="stream"})')).toBe(PARTITIONS)
        expect(await sum('max(assay_kafka_consumer_lag_seconds{source="stream"})')).toBe(0)
        expect(await sum('assay_sampling_ratio{source="stream"}')).toBe(1)

        await producer.disconnect()
        await prometheus.stop()
        await daemon.stop()
        await pager.close()
      }, 240_000)
    })
  })
})
