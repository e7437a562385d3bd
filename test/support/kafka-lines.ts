import type { ArrivedRecord } from '../../src/model/record.ts'
import { kafkaClient } from './kafka.ts'

/** A Segment call with a number that tells it from others. */
export function orderLine(index: number, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: 'track',
    event: 'Order Completed',
    messageId: `m-${index}`,
    properties: { order_id: `order-${index}` },
    ...more,
  })
}

/** Sends lines with kafkajs, over the topic's partitions in turn. */
export async function sendLines(
  broker: string,
  topic: string,
  lines: readonly (string | null)[],
  { partitions = 1, key }: { readonly partitions?: number; readonly key?: string } = {},
): Promise<void> {
  const producer = kafkaClient(broker).producer()
  await producer.connect()
  const messages = lines.map((value, index) => ({
    value,
    partition: index % partitions,
    ...(key === undefined ? {} : { key }),
  }))
  await producer.send({ topic, messages })
  await producer.disconnect()
}

/** The ids of decodable records, sorted. */
export function idsOf(records: readonly ArrivedRecord[]): string[] {
  return records.flatMap(({ decoded }) => (decoded.ok && decoded.id !== null ? [decoded.id] : [])).sort()
}

export function idsTo(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m-${index}`).sort()
}
