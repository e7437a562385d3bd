import { expect, it } from 'vitest'
import { createClient } from '../../../../src/observe/sources/kafka/client.ts'
import { joinGroup, type Member } from '../../../../src/observe/sources/kafka/member.ts'
import { createMembership } from '../../../../src/observe/sources/kafka/membership.ts'
import { partitionKey } from '../../../../src/observe/sources/kafka/partition.ts'
import { createTopic, uniqueName, withKafka } from '../../../support/kafka.ts'

const log = { info: () => undefined, warn: () => undefined }

withKafka('a member of a group', (kafka) => {
  const joined = async (topic: string, membership = createMembership()): Promise<Member> => {
    const { plain } = await kafka.shared()
    return joinGroup({
      kafka: await createClient('stream', { brokers: [plain], tls: false, sasl: null }, log),
      group: topic,
      membership,
      topics: [topic],
      now: Date.now,
      wake: () => undefined,
    })
  }

  it('that has left when it is told where to go on says so, as a failure that may pass', async () => {
    const topic = uniqueName('left')
    await createTopic((await kafka.shared()).plain, topic, { partitions: 2 })
    const member = await joined(topic)
    expect(member.assigned()).toHaveLength(2)
    expect(member.failure()).toBeNull()
    // As a client does that has given up on its brokers, while positions are read from the store.
    await member.leave()
    member.goOnFrom(new Map([[partitionKey(topic, 0), 0]]))
    expect(member.failure()).toMatchObject({ code: 'kafka_unreachable', retryable: true })
  })

  it('that comes back under a name that is not known any more is given another', async () => {
    const topic = uniqueName('back')
    await createTopic((await kafka.shared()).plain, topic, { partitions: 2 })
    const membership = createMembership()
    await (await joined(topic, membership)).leave()
    const member = await joined(topic, membership)
    expect(member.failure()).toBeNull()
    expect(member.assigned()).toHaveLength(2)
    await member.leave()
  })
})
