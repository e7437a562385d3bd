import type { Admin, Kafka } from 'kafkajs'
import { Failure } from '../../../model/failure.ts'
import type { Instant } from '../../../model/time.ts'
import type { Stamp } from './arrival.ts'
import { bounded, within } from './bounded.ts'
import { type Extent, partitionKey } from './partition.ts'

/** What the brokers keep of the topics, as of one moment. */
export interface Extents {
  /** Just before they were asked. */
  readonly asked: Instant
  /** By partition. */
  readonly of: ReadonlyMap<string, Extent>
  /** Partitions of each topic that is there. */
  readonly partitions: ReadonlyMap<string, number>
  /** Why a topic can't be read. */
  readonly missing: ReadonlyMap<string, string>
}

/** Asks the brokers about topics. Connects when first asked, anew after a failure; throws `kafka_unreachable`, which may pass. */
export interface Cluster {
  readonly extents: () => Promise<Extents>
  readonly stampOf: (topic: string) => Promise<Stamp>
  readonly close: () => Promise<void>
}

/** The code of the resource kind in a question for configurations. */
const TOPIC = 2
/** Longer than the client's own patience with several requests: what takes longer got lost in it. */
const ANSWER_WITHIN = 60_000
/** A topic that isn't there is looked for every so often, in ms. */
const ASK_AGAIN = 5_000

export function createCluster(kafka: () => Promise<Kafka>, topics: readonly string[], now: () => Instant): Cluster {
  let admin: Promise<Admin> | null = null
  /** Topics that weren't there, and why: asked for again after a while. */
  const absent = new Map<string, { readonly why: string; readonly until: number }>()

  async function connect(): Promise<Admin> {
    const connected = (await kafka()).admin()
    await connected.connect()
    return connected
  }

  async function close(): Promise<void> {
    const closing = admin
    admin = null
    if (closing !== null) await bounded(closing.then((one) => one.disconnect()))
  }

  async function asking<Answer>(ask: (to: Admin) => Promise<Answer>): Promise<Answer> {
    admin ??= connect()
    try {
      return await within(ANSWER_WITHIN, 'the brokers answer nothing', admin.then(ask))
    } catch (error) {
      // What it knows of leaders and partitions may be what is wrong.
      await close()
      throw unreachable(error)
    }
  }

  async function extents(): Promise<Extents> {
    const asked = now()
    const of = new Map<string, Extent>()
    const partitions = new Map<string, number>()
    const missing = new Map<string, string>()
    for (const topic of topics) {
      const known = absent.get(topic)
      const isAsked = known === undefined || performance.now() >= known.until
      const found = isAsked ? await asking((to) => extentsOf(to, topic)) : known.why
      if (typeof found === 'string') {
        missing.set(topic, found)
        if (!isAsked) continue
        absent.set(topic, { why: found, until: performance.now() + ASK_AGAIN })
        // A client that was asked for a topic that isn't there asks for it with every other one.
        await close()
        continue
      }
      absent.delete(topic)
      partitions.set(topic, found.length)
      for (const { partition, low, high } of found) {
        of.set(partitionKey(topic, partition), { low: Number(low), high: Number(high) })
      }
    }
    return { asked, of, partitions, missing }
  }

  return {
    extents,
    stampOf: async (topic) => {
      try {
        const { resources } = await asking((to) =>
          to.describeConfigs({
            resources: [{ type: TOPIC, name: topic, configNames: ['message.timestamp.type'] }],
            includeSynonyms: false,
          }),
        )
        const [value] = resources.flatMap(({ configEntries }) => configEntries.map(({ configValue }) => configValue))
        return value === 'LogAppendTime' ? 'append' : 'create'
      } catch {
        // It may be forbidden to ask, or the one broker that is asked may just have died; the records themselves will say, and
        // until then a minute's disorder is assumed, which is right for either.
        return 'create'
      }
    },
    close,
  }
}

/** Partitions with what is kept of them, or why the topic can't be read. */
async function extentsOf(
  admin: Admin,
  topic: string,
): Promise<string | Awaited<ReturnType<Admin['fetchTopicOffsets']>>> {
  try {
    return await admin.fetchTopicOffsets(topic)
  } catch (error) {
    switch (typeOf(error)) {
      case 'UNKNOWN_TOPIC_OR_PARTITION':
        return `topic ${topic} does not exist`
      case 'TOPIC_AUTHORIZATION_FAILED':
        return `topic ${topic} may not be read: the broker grants no access to it`
      default:
        throw error
    }
  }
}

/** The protocol's name for an error, wherever the client has wrapped it. */
function typeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('type' in error && typeof error.type === 'string') return error.type
  return typeOf(error.cause)
}

/** A failure that may pass: brokers come back, rights are granted. */
export function unreachable(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof Error && error.cause instanceof Failure) return error.cause
  const said = error instanceof Error ? error.message : String(error)
  return new Failure('kafka_unreachable', `Kafka can't be read: ${said}`, {
    retryable: true,
    remedy:
      'Look whether the brokers run and can be reached from here, and whether user, password and group are right.',
    cause: error,
  })
}
