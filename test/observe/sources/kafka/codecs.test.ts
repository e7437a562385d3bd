import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { createTopic, uniqueName, withKafka } from '../../../support/kafka.ts'
import { startKafkaReader } from '../../../support/kafka-reader.ts'
import { until } from '../../../support/until.ts'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

const line = (index: number): string =>
  JSON.stringify({
    type: 'track',
    event: 'Order Completed',
    messageId: `m-${index}`,
    properties: { order_id: `ü-${index}` },
  })
const LINES = Array.from({ length: 300 }, (_, index) => line(index))

/** `written by librdkafka`: kcat compresses; `by Java`: the broker does, since the topic says so. */
withKafka('compressions', (kafka) => {
  it.each(['librdkafka', 'Java'])('of all kinds, written by %s', async (by) => {
    const { plain } = await kafka.shared()
    const topics = CODECS.map((codec) => uniqueName(codec))
    for (const [index, codec] of CODECS.entries()) {
      const topic = topics[index] ?? ''
      const config: Record<string, string> = by === 'Java' && codec !== 'none' ? { 'compression.type': codec } : {}
      await createTopic(plain, topic, { partitions: 1, config })
      const flags = by === 'Java' || codec === 'none' ? [] : ['-z', codec]
      execFileSync('kcat', ['-P', '-b', plain, '-t', topic, ...flags], { input: `${LINES.join('\n')}\n` })
    }
    const reader = await startKafkaReader(plain, { topics })
    await until('all records', () => reader.records.length >= LINES.length * CODECS.length)
    for (const topic of topics) {
      const own = reader.records.filter(({ partition }) => partition === `${topic}-0`)
      expect(own.map(({ decoded }) => (decoded.ok ? JSON.stringify(decoded.envelope) : decoded.reason))).toEqual(LINES)
      expect(own.map(({ position }) => position)).toEqual(LINES.map((_, index) => String(index)))
    }
    await reader.stop()
  })
})
