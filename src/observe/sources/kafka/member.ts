import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import type { Instant } from '../../../model/time.ts'
import { type Backlog, createBacklog } from './backlog.ts'
import { bounded, within } from './bounded.ts'
import { unreachable } from './cluster.ts'
import type { Failure } from '../../../model/failure.ts'
import type { Membership } from './membership.ts'
import { partitionKey } from './partition.ts'
import { unreadableAnswer } from './unreadable.ts'

/** A partition that the group gave to this member. */
export interface Assigned {
  readonly key: string
  readonly topic: string
  readonly partition: number
}

/** This process as a member of the consumer group: fetches what it was assigned, from where it is told to. */
export interface Member {
  readonly backlog: Backlog
  /** Changes with each assignment; null: not in the group yet. */
  readonly generation: () => number | null
  readonly assigned: () => readonly Assigned[]
  /** Positions must be read anew: the assignment changed, or a fetch didn't begin where it should. */
  readonly isStale: () => boolean
  /** Why it no longer works; null: it does. */
  readonly failure: () => Failure | null
  /** Forgets what was fetched and goes on from these offsets; partitions that aren't named stay paused. Where it no longer works, `failure` says so. */
  readonly goOnFrom: (offsets: ReadonlyMap<string, number>) => void
  /** Asks for positions to be read anew where records that aren't for readers were missed. */
  readonly recheck: () => void
  /** Tells the broker how far the partitions are read, for the sake of tools that show lag. */
  readonly commit: (offsets: ReadonlyMap<string, number>) => Promise<void>
  /** Leaves the group. */
  readonly leave: () => Promise<void>
}

export interface MemberDeps {
  readonly kafka: Kafka
  readonly group: string
  readonly membership: Membership
  readonly topics: readonly string[]
  readonly now: () => Instant
  /** Something came, or went wrong. */
  readonly wake: () => void
}

/** A member that says nothing for so long is gone, and its partitions go to others. */
const SESSION = 10_000
const HEARTBEAT = 1_000
/** Without a heartbeat for so long the client is stuck, or its brokers are: its place in the group is long lost. */
const SILENT = 3 * SESSION
/** Longer than members wait for each other. */
const JOIN_WITHIN = 60_000
/** How long a fetch waits where nothing has come; also how long it takes to stop. */
const LONGEST_FETCH = 500
const FETCH_BYTES = 8 * 1024 * 1024
/** Partitions added to a topic are noticed within that time. */
const LOOK_FOR_PARTITIONS = 30_000
/** A broker that hasn't been asked for so long isn't asked any more. */
const NODE_FORGOTTEN = 30_000

/** How far a partition is fetched. */
interface Progress extends Assigned {
  next: number
  /** Brokers that may still answer a fetch from before `goOnFrom`. */
  readonly unsettled: Set<string>
  /** Records that aren't for readers were passed over while that couldn't be told. */
  missed: boolean
}

/** Joins the group. Throws a retryable `Failure` where no broker answers. */
export async function joinGroup({ kafka, group, membership, topics, now, wake }: MemberDeps): Promise<Member> {
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: SESSION,
    rebalanceTimeout: SESSION,
    heartbeatInterval: HEARTBEAT,
    maxWaitTimeInMs: LONGEST_FETCH,
    maxBytes: FETCH_BYTES,
    metadataMaxAge: LOOK_FOR_PARTITIONS,
    allowAutoTopicCreation: false,
  })
  const backlog = createBacklog()
  const progress = new Map<string, Progress>()
  const nodes = new Map<string, number>()
  let assigned: readonly Assigned[] = []
  let generation: number | null = null
  let stale = false
  let failure: Failure | null = null
  let left = false
  let beatAt = performance.now()

  function restart(): void {
    stale = true
    progress.clear()
    backlog.clear()
    wake()
  }

  // Synchronously: the next fetch begins right after the event, wherever the broker's committed offset is.
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // The client goes on with a join that it had begun, and would hold partitions for nobody; this ends it.
    if (left) throw new Error('the group was left meanwhile')
    const pairs = Object.entries(payload.memberAssignment)
    consumer.pause(pairs.map(([topic, partitions]) => ({ topic, partitions })))
    membership.joined(payload.memberId)
    beatAt = performance.now()
    assigned = pairs.flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ key: partitionKey(topic, partition), topic, partition })),
    )
    generation = (generation ?? 0) + 1
    restart()
  })

  consumer.on(consumer.events.HEARTBEAT, () => {
    beatAt = performance.now()
  })

  consumer.on(consumer.events.FETCH_START, ({ payload }) => {
    const node = String((payload as { nodeId?: unknown }).nodeId)
    const at = performance.now()
    nodes.set(node, at)
    for (const [known, last] of nodes) if (at - last > NODE_FORGOTTEN) nodes.delete(known)
    for (const { unsettled } of progress.values()) {
      unsettled.delete(node)
      for (const known of unsettled) if (!nodes.has(known)) unsettled.delete(known)
    }
  })

  // Control records and those of aborted transactions never reach eachBatch, and take offsets.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const { topic, partition, batchSize, lastOffset } = payload
    const one = progress.get(partitionKey(topic, partition))
    if (one === undefined || batchSize > 0) return
    if (one.unsettled.size > 0) {
      one.missed = true
      return
    }
    const to = Number(lastOffset) + 1
    if (to <= one.next) return
    backlog.add({ key: one.key, messages: [], from: one.next, to, fetchedAt: now() })
    one.next = to
    wake()
  })

  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!left) fail(payload.error)
  })

  function fail(error: unknown): void {
    if (failure !== null) return
    const asked = new Map([...progress.values()].map(({ key, next }) => [key, next] as const))
    failure = unreadableAnswer(error, asked) ?? unreachable(error)
    wake()
  }

  async function eachBatch({ batch, heartbeat, isStale, isRunning }: EachBatchPayload): Promise<void> {
    const one = progress.get(partitionKey(batch.topic, batch.partition))
    if (one === undefined || isStale()) return
    const from = Number((batch as unknown as { fetchedOffset: string }).fetchedOffset)
    if (from !== one.next) {
      restart()
      return
    }
    const mine = generation
    const to = Number(batch.lastOffset()) + 1
    backlog.add({ key: one.key, messages: batch.messages, from, to, fetchedAt: now() })
    one.next = to
    wake()
    await heartbeat()
    while (!backlog.hasRoom() && !left && isRunning() && generation === mine) {
      await Promise.race([backlog.taken(), sleep(HEARTBEAT)])
      await heartbeat()
    }
  }

  async function leave(): Promise<void> {
    left = true
    backlog.clear()
    // A client that hasn't ended may yet come to, and would leave under the name.
    if (!(await bounded(consumer.disconnect()))) membership.drop()
  }

  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    membership.comeBack(group)
    await within(JOIN_WITHIN, 'the group lets nobody in', consumer.run({ autoCommit: false, eachBatch }))
  } catch (error) {
    await leave()
    throw unreachable(error)
  }

  return {
    backlog,
    generation: () => generation,
    assigned: () => assigned,
    isStale: () => stale,
    failure: () => {
      if (failure === null && generation !== null && performance.now() - beatAt > SILENT) {
        fail(new Error('the group has not been heard of for half a minute'))
      }
      return failure
    },
    goOnFrom: (offsets) => {
      try {
        goOn(consumer, offsets)
      } catch (error) {
        // The client has given up by itself, whether or not it has said so yet, and refuses to be told.
        fail(new Error('the client has left the group', { cause: error }))
      }
    },
    recheck: () => {
      if ([...progress.values()].some(({ missed, unsettled }) => missed && unsettled.size === 0)) restart()
    },
    commit: async (offsets) => {
      const own = assigned.flatMap(({ key, topic, partition }) => {
        const offset = offsets.get(key)
        return offset === undefined ? [] : [{ topic, partition, offset: String(offset) }]
      })
      if (own.length > 0) await consumer.commitOffsets(own)
    },
    leave,
  }

  function goOn(from: Consumer, offsets: ReadonlyMap<string, number>): void {
    backlog.clear()
    progress.clear()
    stale = false
    for (const one of assigned) {
      const offset = offsets.get(one.key)
      if (offset === undefined) continue
      const { topic, partition } = one
      progress.set(one.key, { ...one, next: offset, unsettled: new Set(nodes.keys()), missed: false })
      from.seek({ topic, partition, offset: String(offset) })
      from.resume([{ topic, partitions: [partition] }])
    }
  }
}

function sleep(time: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, time).unref()
  })
}
