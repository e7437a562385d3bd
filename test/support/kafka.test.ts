import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { createTopic, kafkaClient, uniqueName, withAdmin, withKafka } from './kafka.ts'
import { KAFKA_USER } from './kafka/broker.ts'
import { Kafka, logLevel } from 'kafkajs'
import { THOROUGH } from './thorough.ts'

withKafka('the test broker', (kafka) => {
  it('takes records, with a password and over TLS as well', async () => {
    const { plain, sasl, tls, certificate } = await kafka.shared()
    const topic = uniqueName('fixture')
    await createTopic(plain, topic, { partitions: 1 })
    const quiet = { logLevel: logLevel.NOTHING }
    const clients = [
      kafkaClient(plain),
      new Kafka({ ...quiet, brokers: [sasl], sasl: { mechanism: 'plain', ...KAFKA_USER } }),
      new Kafka({ ...quiet, brokers: [sasl], sasl: { mechanism: 'scram-sha-256', ...KAFKA_USER } }),
      new Kafka({ ...quiet, brokers: [sasl], sasl: { mechanism: 'scram-sha-512', ...KAFKA_USER } }),
      new Kafka({ ...quiet, brokers: [tls], ssl: { ca: [certificate] } }),
    ]
    for (const client of clients) {
      const producer = client.producer()
      await producer.connect()
      await producer.send({ topic, messages: [{ value: 'x' }] })
      await producer.disconnect()
    }
    expect(await withAdmin(plain, (admin) => admin.fetchTopicOffsets(topic))).toMatchObject([{ offset: '5' }])
  })

  it.runIf(THOROUGH)('comes back at its address with its records (long: two starts)', async () => {
    const broker = await kafka.own()
    const topic = uniqueName('kept')
    await createTopic(broker.plain, topic, { partitions: 1 })
    execFileSync('kcat', ['-P', '-b', broker.plain, '-t', topic], { input: 'a\nb\n' })
    await broker.kill()
    await broker.start()
    expect(await withAdmin(broker.plain, (admin) => admin.fetchTopicOffsets(topic))).toMatchObject([{ offset: '2' }])
    await broker.remove()
  })
})
