import type { ConnectionOptions } from 'node:tls'
import type { Kafka, LogEntry } from 'kafkajs'
import { installCodecs } from './codecs.ts'
import { mendConnections } from './connections.ts'
import { mendMemberships } from './membership.ts'

/** How to reach a cluster; secrets are in place. */
export interface KafkaAccess {
  readonly brokers: readonly string[]
  readonly tls: boolean | ConnectionOptions
  readonly sasl: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
    readonly username: string
    readonly password: string
  } | null
}

/** Where a source says what people may want to know; levels as pino's. */
export interface KafkaLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
}

/** Short enough that what is wrong is soon said; the caller tries again as long as it takes. */
const RETRIES = 2
const FIRST_RETRY = 200
const CONNECT_WITHIN = 3_000
/** Above the longest a fetch waits for records. */
const ANSWER_WITHIN = 20_000

/** The client is loaded where a source needs it: a daemon without Kafka doesn't pay for it. */
export async function createClient(id: string, access: KafkaAccess, log: KafkaLog): Promise<Kafka> {
  dropTimerWarnings()
  // What it fills in later isn't among the names that Node finds in a CommonJS module.
  const { default: kafkajs } = await import('kafkajs')
  await installCodecs(kafkajs)
  mendConnections()
  mendMemberships()
  const { brokers, tls, sasl } = access
  return new kafkajs.Kafka({
    clientId: 'assay',
    brokers: [...brokers],
    ssl: tls,
    ...(sasl === null ? {} : { sasl: { ...sasl } as NonNullable<ConstructorParameters<typeof Kafka>[0]['sasl']> }),
    connectionTimeout: CONNECT_WITHIN,
    requestTimeout: ANSWER_WITHIN,
    enforceRequestTimeout: true,
    retry: {
      retries: RETRIES,
      initialRetryTime: FIRST_RETRY,
      maxRetryTime: 1_000,
      restartOnFailure: async () => false,
    },
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, level, log: { message, broker, topic, partition, error } }: LogEntry) => {
        const fields = { source: id, part: namespace, broker, topic, partition, error: textOf(error) }
        // What the client calls an error it tries again; what it can't mend comes back as a failure of the source.
        const text = `Kafka client: ${message}${fields.error === undefined ? '' : `: ${fields.error}`}`
        if (level <= kafkajs.logLevel.ERROR) log.warn(fields, text)
        else log.info(fields, text)
      },
  })
}

function textOf(error: unknown): string | undefined {
  if (error === undefined) return undefined
  return error instanceof Error ? error.message : typeof error === 'string' ? error : JSON.stringify(error)
}

let drops = false

/** kafkajs 2.2.4 sets timers that are long past; Node sets those to 1 ms, which is what is meant, and complains. */
function dropTimerWarnings(): void {
  if (drops) return
  drops = true
  const emitWarning = process.emitWarning.bind(process) as (...given: unknown[]) => void
  process.emitWarning = (...given: unknown[]) => {
    if (given[1] !== 'TimeoutNegativeWarning') emitWarning(...given)
  }
}
