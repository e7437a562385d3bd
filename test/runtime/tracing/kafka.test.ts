import { expect, it } from 'vitest'
import { createTopic, kafkaClient, uniqueName, withKafka } from '../../support/kafka.ts'
import { startOtlp } from '../../support/otlp-server.ts'
import { order, startTraced } from '../../support/traced-daemon.ts'
import { until } from '../../support/until.ts'

const SHOP = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }

withKafka('a batch from Kafka', (kafka) => {
  it('is traced by topic, partition and group, and linked to the span in its records’ headers', async () => {
    const broker = (await kafka.shared()).plain
    const [topic, group] = [uniqueName('traced'), uniqueName('assay')]
    await createTopic(broker, topic, { partitions: 2 })
    const otlp = await startOtlp()
    const daemon = await startTraced(
      {
        'rules/assay.yaml': `version: 1
store: { type: sqlite, path: ":memory:" }
sources:
  - { id: stream, type: kafka, brokers: ["${broker}"], topics: ["${topic}"], group: "${group}", format: { type: segment } }
telemetry: { traces: { otlp: { env: OTLP } } }
`,
      },
      { OTLP: otlp.url },
    )
    const producer = kafkaClient(broker).producer()
    try {
      await producer.connect()
      const headers = { traceparent: Buffer.from(`00-${SHOP.traceId}-${SHOP.spanId}-01`) }
      const value = JSON.stringify(order('1'))
      await producer.send({ topic, messages: [{ value, headers, partition: 1 }] })
      const span = await until('the span', () => otlp.spans.find(({ name }) => name === `process ${topic}`), 60_000)
      expect(span.attributes).toMatchObject({
        'messaging.system': 'kafka',
        'messaging.destination.name': topic,
        'messaging.consumer.group.name': group,
        'messaging.batch.message_count': 1,
        'assay.source.id': 'stream',
        'assay.records.valid': 1,
      })
      expect(span.links).toMatchObject([
        { ...SHOP, attributes: { 'messaging.destination.partition.id': '1', 'assay.record.position': '0' } },
      ])
    } finally {
      await producer.disconnect()
      await daemon.stop()
      await otlp.close()
    }
  }, 120_000)
})
