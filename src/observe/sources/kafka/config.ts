import { z } from 'zod'
import { duration } from '../../../config/duration.ts'
import { id, text } from '../../../config/name.ts'
import { secretRef } from '../../../config/secret.ts'
import { formatConfig } from '../../decode/config.ts'

const broker = z.string().regex(/^(\[[0-9A-Fa-f:]+\]|[^\s:/[\]]+):\d{1,5}$/, {
  error: 'must be an address and a port, without a protocol: kafka-1.example.org:9092',
})
const topic = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/, {
  error: 'must be the name of a topic: letters, digits, ".", "_" and "-"',
})

/** Topics of one Kafka cluster, read by one consumer group. */
export const kafkaSourceConfig = z
  .strictObject({
    id,
    type: z.literal('kafka'),
    brokers: z.array(broker).min(1, { error: 'must name at least one broker' }),
    topics: z.array(topic).min(1, { error: 'must name at least one topic' }),
    group: text.max(255).default('assay'),
    format: formatConfig,
    /** Where partitions begin that have never been read. */
    from: z.enum(['earliest', 'latest']).default('earliest'),
    tls: z
      .union([
        z.boolean(),
        z.strictObject({
          ca: secretRef.optional(),
          cert: secretRef.optional(),
          key: secretRef.optional(),
          reject_unauthorized: z.boolean().default(true),
        }),
      ])
      .optional(),
    sasl: z
      .strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        username: secretRef,
        password: secretRef,
      })
      .optional(),
    duplicates_horizon: duration.prefault('24h'),
  })
  .refine(({ topics }) => new Set(topics).size === topics.length, {
    path: ['topics'],
    error: 'must name each topic once',
  })
export type KafkaSourceConfig = z.infer<typeof kafkaSourceConfig>
