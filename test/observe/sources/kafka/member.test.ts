import { expect, it } from 'vitest'
import { createClient } from '../../../../src/observe/sources/kafka/client.ts'
import { joinGroup } from '../../../../src/observe/sources/kafka/member.ts'
import { createMembership } from '../../../../src/observe/sources/kafka/membership.ts'
import { partitionKey } from '../../../../src/observe/sources/kafka/partition.ts'
import { createTopic, uniqueName, withKafka } from '../../../support/kafka.ts'

const log = { info: () => undefined, warn: () => undefined }

withKafka('a member of a group', (kafka) => {
  it('that has left when it is told where to go on says so, as a failure that may pass', async () => {
    const { plain } = await kafka.shared()
    const topic = uniqueName('left')
    await createTopic(plain, topic, { partitions: 2 })
    const client = await createClient('stream', { brokers: [plain], tls: false, sasl: null }, log)
    const member = await joinGroup({
      kafka: client,
      group: topic,
      membership: createMembership(),
      topics: [topic],
      now: Date.now,
      wake: () => undefined,
    })
    expect(member.assigned()).toHaveLength(2)
    expect(member.failure()).toBeNull()
    // As a client does that has given up on its brokers, while positions are read from the store.
    await member.leave()
    member.goOnFrom(new Map([[partitionKey(topic, 0), 0]]))
    expect(member.failure()).toMatchObject({ code: 'kafka_unreachable', retryable: true })
  })
})
