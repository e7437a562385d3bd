import type { Kafka } from 'kafkajs'
import type { Duration, Instant } from '../../../model/time.ts'
import type { PositionStep, SourceState } from '../source.ts'
import type { Stamp } from './arrival.ts'
import { bounded } from './bounded.ts'
import { beginningsOf, goneOf } from './partition-steps.ts'
import { createFollowing } from './following.ts'
import type { Fetched } from './backlog.ts'
import { createClient, type KafkaAccess, type KafkaLog } from './client.ts'
import { type Cluster, createCluster, type Extents, unreachable } from './cluster.ts'
import { joinGroup, type Member } from './member.ts'
import type { Membership } from './membership.ts'
import { placeOf, readOffset, topicOfKey } from './partition.ts'
import { createSkew } from './skew.ts'
import { createStanding, type PartitionStanding } from './standing.ts'

export interface ReadingDeps {
  readonly id: string
  readonly access: KafkaAccess
  readonly group: string
  readonly membership: Membership
  readonly topics: readonly string[]
  readonly from: 'earliest' | 'latest'
  readonly now: () => Instant
  readonly log: KafkaLog
  readonly askEvery: Duration
}

/** A membership in the group with what is known of its partitions. Outlives calls of `read`: leaving the group would stop the others. */
export interface Reading {
  /** Goes on from the stored positions. False: the assignment changed meanwhile, read them again. Throws retryable `Failure`s. */
  readonly open: (positions: ReadonlyMap<string, string>, signal: AbortSignal) => Promise<boolean>
  /** Where all partitions of topics begin that are read from their ends, those of other members too; stored before anything else. */
  readonly beginnings: (positions: ReadonlyMap<string, string>) => readonly PositionStep[]
  /** Steps that end stored partitions which aren't there any more, so that they hold nothing back. */
  readonly gone: (positions: ReadonlyMap<string, string>) => readonly PositionStep[]
  readonly isStale: () => boolean
  readonly take: (most: number) => readonly Fetched[]
  readonly standings: () => readonly PartitionStanding[]
  /** Waits until something may have changed; throws where reading broke. */
  readonly news: (signal: AbortSignal) => Promise<void>
  readonly wake: () => void
  readonly state: () => SourceState
  readonly skew: () => ReadonlyMap<string, number>
  readonly lost: () => number
  readonly close: () => Promise<void>
}

/** Questions in a row that no broker answered until it is said. */
const PATIENCE = 2

export function createReading(deps: ReadingDeps): Reading {
  const { id, topics, now, log } = deps
  const skewed = createSkew()
  let kafka: Promise<Kafka> | null = null
  const connect = (): Promise<Kafka> => {
    kafka ??= createClient(id, deps.access, log)
    return kafka
  }
  const cluster: Cluster = createCluster(connect, topics, now)
  const standings = new Map<string, PartitionStanding>()
  const follow = createFollowing(id, log, () => standings.values())
  let member: Member | null = null
  let subscribed: readonly string[] = []
  let extents: Extents | null = null
  let asking: Promise<void> | null = null
  let askedAt = Number.NEGATIVE_INFINITY
  let unanswered = 0
  let why = ''
  let notice = ''
  let lost = 0
  let closing: Promise<void> | null = null
  let wakeUp: () => void = () => undefined

  function wake(): void {
    wakeUp()
  }

  function take(found: Extents): Extents {
    extents = found
    unanswered = 0
    skewed.add(found.asked, new Map([...found.of].map(([key, { high }]) => [key, high])))
    for (const [key, standing] of standings) {
      const extent = found.of.get(key)
      if (extent !== undefined) standing.setEnd(extent.high, found.asked)
    }
    return found
  }

  /** Once: whoever asks again waits for the same end. */
  function close(): Promise<void> {
    closing ??= end()
    return closing
  }

  async function end(): Promise<void> {
    const leaving = member
    member = null
    if (asking !== null) await bounded(asking)
    if (leaving !== null) {
      await bounded(follow(leaving, true))
      await leaving.leave()
    }
    standings.clear()
    await cluster.close()
  }

  /** A member of the group with every topic that is there. */
  async function join(found: Extents, signal: AbortSignal): Promise<Member | null> {
    const present = topics.filter((topic) => found.partitions.has(topic))
    if (member !== null && present.every((topic) => subscribed.includes(topic))) return member
    await member?.leave()
    member = null
    if (present.length === 0) return null
    const joined = await joinGroup({ ...deps, kafka: await connect(), topics: present, wake })
    if (signal.aborted) {
      await joined.leave()
      return null
    }
    subscribed = present
    member = joined
    return joined
  }

  async function open(positions: ReadonlyMap<string, string>, signal: AbortSignal): Promise<boolean> {
    standings.clear()
    const found = take(await cluster.extents())
    const joined = await join(found, signal)
    if (joined === null) return true
    const generation = joined.generation()
    const started = new Set([...positions.keys()].map(topicOfKey))
    const offsets = new Map<string, number>()
    const made: PartitionStanding[] = []
    for (const { key, topic } of joined.assigned()) {
      const extent = found.of.get(key)
      if (extent === undefined) {
        // The partition is younger than what is known of the topic.
        await cluster.close()
        return false
      }
      const stored = positions.get(key) ?? null
      // What is added to a topic later begins at its beginning, or its first records would be lost.
      const fresh = started.has(topic) ? 'earliest' : deps.from
      const place = placeOf(readOffset(stored), extent, fresh)
      const stamp: Stamp = await cluster.stampOf(topic)
      const beginning = fresh === 'earliest' ? 0 : found.asked
      const since = place.gap !== null ? 'first' : stored === null ? beginning : null
      const standing = createStanding({ key, topic, stored, offset: place.offset, stamp, since })
      standing.setEnd(extent.high, found.asked)
      made.push(standing)
      offsets.set(key, place.offset)
      if (place.gap !== null) noteGap(key, stored, place)
    }
    if (joined.generation() !== generation) return false
    for (const standing of made) standings.set(standing.key, standing)
    joined.goOnFrom(offsets)
    return true
  }

  function noteGap(key: string, stored: string | null, { gap, offset, lost: records }: ReturnType<typeof placeOf>) {
    lost += records
    notice =
      gap === 'expired'
        ? `${key}: ${records} records were deleted by the broker before they were read (from offset ${stored} to ${offset}); what arrived then is unobserved.`
        : `${key}: the topic was created anew or lost its end (offset ${stored} is beyond it); what is there now is read from offset ${offset}, and what arrived in between is unobserved.`
    log.warn({ source: id, partition: key, gap, lost: records }, notice)
  }

  /** One question at a time, no more often than asked for. */
  function ask(): void {
    if (asking !== null || performance.now() - askedAt < deps.askEvery) return
    askedAt = performance.now()
    asking = cluster
      .extents()
      .then((found) => {
        take(found)
      })
      .catch((error: unknown) => {
        unanswered += 1
        why = unreachable(error).message
      })
      .finally(() => {
        asking = null
        wake()
      })
  }

  async function news(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const told = new Promise<void>((done) => {
      wakeUp = done
    })
    ask()
    if (member !== null) {
      // Not waited for: a broker that is stuck would keep from seeing that it is.
      void follow(member)
      member.recheck()
      const failure = member.failure()
      if (failure !== null) throw failure
      if (!member.backlog.isEmpty()) return
    }
    let timer: NodeJS.Timeout | undefined
    const due = new Promise<void>((done) => {
      timer = setTimeout(done, Math.max(1, askedAt + deps.askEvery - performance.now()))
    })
    await Promise.race([told, due])
    clearTimeout(timer)
  }

  function state(): SourceState {
    const missing = [...(extents?.missing.values() ?? [])]
    if (unanswered >= PATIENCE) return { state: 'failing', detail: why }
    if (extents === null) return { state: 'starting', detail: '' }
    if (missing.length > 0) return { state: 'failing', detail: missing.join('; ') }
    if (member === null || member.generation() === null) return { state: 'starting', detail: 'joining the group' }
    if (member.assigned().length === 0) return { state: 'waiting', detail: 'other instances read all partitions' }
    return { state: 'running', detail: notice }
  }

  return {
    open,
    beginnings: (positions) => (deps.from === 'earliest' || extents === null ? [] : beginningsOf(extents, positions)),
    gone: (positions) => goneOf(topics, extents, positions),
    isStale: () => {
      if (member === null) return extents !== null && extents.partitions.size > 0
      if (topics.some((topic) => extents?.partitions.has(topic) === true && !subscribed.includes(topic))) return true
      return member.isStale()
    },
    take: (most) => {
      if (member === null) return []
      ask()
      void follow(member)
      return member.backlog.take(most).filter(({ key }) => standings.has(key))
    },
    standings: () => [...standings.values()],
    news,
    wake,
    state,
    skew: skewed.ratios,
    lost: () => lost,
    close,
  }
}
