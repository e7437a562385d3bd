// A shop that sells: orders go to Kafka as Segment calls, and a second later into the warehouse. With RELEASE=broken it is
// Android 4.3.0 alone, which sends the revenue as text. Ends after SECONDS, or when it is told to.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import pg from 'pg'

const { KAFKA_BROKERS = 'localhost:29092', WAREHOUSE_WRITER_URL, RELEASE = 'good', TOPIC = 'tracking.events' } = process.env
const perSecond = Number(process.env.EVENTS_PER_SECOND ?? 20)
const until = process.env.SECONDS === undefined ? Number.POSITIVE_INFINITY : Date.now() + 1_000 * Number(process.env.SECONDS)
const isBroken = RELEASE === 'broken'

const PLATFORMS = [
  { platform: 'web', version: '9.1.0', library: 'analytics.js' },
  { platform: 'ios', version: '4.2.0', library: 'analytics-ios' },
  { platform: 'android', version: '4.2.0', library: 'analytics-android' },
]

function order() {
  const { platform, version, library } = isBroken
    ? { platform: 'android', version: '4.3.0', library: 'analytics-android' }
    : PLATFORMS[Math.floor(Math.random() * PLATFORMS.length)]
  const revenue = Math.round(1_000 + Math.random() * 9_000) / 100
  const at = new Date().toISOString()
  return {
    type: 'track',
    event: 'Order Completed',
    messageId: randomUUID(),
    anonymousId: randomUUID(),
    timestamp: at,
    sentAt: at,
    context: { platform, app: { name: 'Shop', version }, library: { name: library, version: '1.0.0' } },
    properties: {
      order_id: `order-${randomUUID().slice(0, 8)}`,
      revenue: isBroken ? String(revenue) : revenue,
      currency: 'EUR',
      ...(Math.random() < 0.4 ? { coupon: 'SUMMER' } : {}),
    },
  }
}

let isEnding = false
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isEnding = true))

const kafka = new kafkajs.Kafka({ clientId: `shop-${RELEASE}`, brokers: KAFKA_BROKERS.split(','), logLevel: kafkajs.logLevel.ERROR })
const producer = kafka.producer()
const warehouse = WAREHOUSE_WRITER_URL === undefined ? null : new pg.Pool({ connectionString: WAREHOUSE_WRITER_URL, max: 1 })
warehouse?.on('error', (error) => console.error(`the warehouse: ${error.message}`))

await producer.connect()
console.log(`${RELEASE} release: ${perSecond} orders a second to ${TOPIC}`)
while (!isEnding && Date.now() < until) {
  const orders = Array.from({ length: perSecond }, order)
  await producer.send({
    topic: TOPIC,
    messages: orders.map((event) => ({ key: event.anonymousId, value: JSON.stringify(event) })),
  })
  await pause(1_000)
  await load(orders)
}
await producer.disconnect()
await warehouse?.end()

/** The loader makes a number of what looks like one: the table stays right where the events are wrong. */
async function load(orders) {
  if (warehouse === null) return
  const columns = [
    orders.map(({ messageId }) => messageId),
    orders.map(({ properties }) => properties.order_id),
    orders.map(({ properties }) => Number(properties.revenue)),
    orders.map(({ properties }) => properties.currency),
  ]
  try {
    await warehouse.query(
      `insert into analytics.order_completed (event_id, order_id, revenue, currency)
       select * from unnest($1::text[], $2::text[], $3::numeric[], $4::text[])`,
      columns,
    )
  } catch (error) {
    console.error(`the warehouse: ${error.message}`)
  }
}
