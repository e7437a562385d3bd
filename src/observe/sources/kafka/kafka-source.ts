import { setImmediate } from 'node:timers/promises'
import type { ArrivedRecord } from '../../../model/record.ts'
import { type Duration, type Instant, SECOND } from '../../../model/time.ts'
import type { DecodingAside } from '../../aside/aside.ts'
import type { RecordBatch } from '../../aside/batch.ts'
import type { EarlyCheck } from '../../check/early.ts'
import type { FormatConfig } from '../../decode/config.ts'
import { createDecoder } from '../../decode/decode.ts'
import type { Messaging, PositionStep, Source, SourceBatch, SourceState } from '../source.ts'
import type { StreamFigures } from '../../../model/stream.ts'
import type { Fetched } from './backlog.ts'
import type { KafkaAccess, KafkaLog } from './client.ts'
import { createMembership } from './membership.ts'
import { createReading, type Reading } from './reading.ts'
import { payloadsOf, readAside, readHere, readRecords } from './records.ts'
import { withoutRepeats } from './repeated.ts'
import { topicOfKey } from './partition.ts'

export interface KafkaSourceDeps {
  readonly id: string
  readonly access: KafkaAccess
  readonly group: string
  readonly topics: readonly string[]
  readonly from: 'earliest' | 'latest'
  readonly format: FormatConfig
  readonly now: () => Instant
  readonly log: KafkaLog
  readonly early: EarlyCheck
  /** Left out: everything is decoded in this thread. */
  readonly aside?: DecodingAside
  /** How often the brokers are asked how far the partitions go. */
  readonly askEvery?: Duration
  /** Most records of a batch. */
  readonly most?: number
}

/** How far a batch comes in a partition, with the stamps of its records that aren't in the future. */
interface Reached {
  readonly to: number
  readonly newest: Instant | null
  readonly first: Instant | null
  readonly by: 'create' | 'append' | null
}

const NOTHING_READ = { newest: null, first: null, by: null }

/** More records a batch save commits and cost memory. */
const MOST = 4_000
/** Batches that are decoded aside or wait for being counted, so that neither thread waits for the other. */
const AHEAD = 2

/** What is to be the next batch. */
interface Taken {
  readonly fetched: readonly Fetched[]
  /** Null: it isn't read aside. */
  readonly aside: Promise<RecordBatch | null> | null
}

/**
 * Topics of a Kafka cluster, read as a member of a consumer group. Where reading goes on is the store's to say: at each
 * assignment `read` ends and asks for positions as stored now (`reassigned`); the broker's committed offsets only follow.
 */
export function createKafkaSource(deps: KafkaSourceDeps): Source {
  const { id, most = MOST } = deps
  const here = readHere(createDecoder(deps.format), deps.early)
  const log = withoutRepeats(deps.log, deps.now)
  const membership = createMembership()
  let reading: Reading | null = null
  let again = false
  let clockAhead = 0

  /** It outlives `read`, but not the signal, whether or not somebody reads then. */
  function begin(signal: AbortSignal): Reading {
    const begun = createReading({ ...deps, log, membership, askEvery: deps.askEvery ?? SECOND })
    const stop = (): void => void begun.close()
    signal.addEventListener('abort', stop, { once: true })
    reading = {
      ...begun,
      close: () => {
        signal.removeEventListener('abort', stop)
        return begun.close()
      },
    }
    return reading
  }

  async function* read(positions: ReadonlyMap<string, string>, signal: AbortSignal): AsyncGenerator<SourceBatch> {
    again = false
    if (signal.aborted) return
    const run = reading ?? begin(signal)
    const ahead: Taken[] = []
    let ended = false
    signal.addEventListener('abort', run.wake, { once: true })
    try {
      if (!(await run.open(positions, signal))) {
        ended = true
        return
      }
      const beginnings = run.beginnings(positions)
      if (beginnings.length > 0) {
        yield batchOf([], beginnings, () => undefined)
        ended = true
        return
      }
      const gone = run.gone(positions)
      if (gone.length > 0) yield batchOf([], gone, () => undefined)
      while (!signal.aborted) {
        if (run.isStale()) {
          ended = true
          return
        }
        // One fetch brings several partitions, one after the other: they share a commit.
        await setImmediate()
        takeAhead(run, ahead)
        const taken = ahead.shift()
        const aside = await taken?.aside
        if (run.isStale() || signal.aborted) continue
        const batch = next(run, taken?.fetched ?? [], aside ?? null)
        if (batch === null) await run.news(signal)
        else yield batch
      }
    } catch (error) {
      reading = null
      await run.close()
      throw error
    } finally {
      signal.removeEventListener('abort', run.wake)
      if (signal.aborted) {
        reading = null
        deps.aside?.close()
        await run.close()
      } else again = ended
    }
  }

  /** Of what was fetched: the next batch, and where it is read aside also the one after. */
  function takeAhead(run: Reading, ahead: Taken[]): void {
    while (ahead.length < AHEAD && ahead.at(-1)?.aside !== null) {
      const fetched = run.take(most)
      if (fetched.length === 0) return
      const records = fetched.reduce((sum, { messages }) => sum + messages.length, 0)
      const aside = deps.aside?.wants(records) === true ? deps.aside.decode(payloadsOf(fetched)) : null
      ahead.push({ fetched, aside })
    }
  }

  /** What has come since the last batch, or what can be said of partitions to which nothing came; null: nothing. */
  function next(run: Reading, taken: readonly Fetched[], aside: RecordBatch | null): SourceBatch | null {
    const records: ArrivedRecord[] = []
    const reached = new Map<string, Reached>()
    const readMessage = aside === null ? here : readAside(aside, here)
    for (const fetched of taken) {
      const { newest, first, by, ahead, unreadable } = readRecords(fetched, records, readMessage)
      const before = reached.get(fetched.key)
      reached.set(fetched.key, {
        to: fetched.to,
        newest: newest === null ? (before?.newest ?? null) : Math.max(newest, before?.newest ?? newest),
        first: before?.first ?? first,
        by: by ?? before?.by ?? null,
      })
      clockAhead += ahead
      for (const why of unreadable) {
        const { key: partition } = fetched
        log.warn({ source: id, partition }, `${partition}: counted as undecodable and passed over. ${why}`)
      }
    }
    const steps: PositionStep[] = []
    const stored: (() => void)[] = []
    for (const standing of run.standings()) {
      const { to, newest, first, by } = reached.get(standing.key) ?? { ...NOTHING_READ, to: standing.offset() }
      if (!reached.has(standing.key) && !standing.hasNews()) continue
      const step = standing.stepTo(to, newest, by, first)
      steps.push(step)
      stored.push(() => standing.took(step, to))
    }
    if (steps.length === 0) return null
    return batchOf(records, steps, () => {
      for (const take of stored) take()
    })
  }

  const state = (): SourceState => reading?.state() ?? { state: 'starting', detail: '' }

  function figures(): StreamFigures {
    const partitions = (reading?.standings() ?? []).flatMap((standing) => {
      const records = standing.lag()
      const until = standing.observedUntil()
      if (records === null) return []
      const behind = records === 0 ? 0 : until === null ? null : Math.max(0, deps.now() - until)
      return [{ topic: topicOfKey(standing.key), partition: standing.key, records, behind }]
    })
    return { partitions, skew: reading?.skew() ?? new Map(), clockAhead, lost: reading?.lost() ?? 0 }
  }

  const messaging: Messaging = {
    system: 'kafka',
    group: deps.group,
    placeOf: (key) => {
      const destination = topicOfKey(key)
      return { destination, partition: key.slice(destination.length + 1) }
    },
  }
  return { id, type: 'kafka', messaging, read, state, reassigned: () => again, figures }
}

function batchOf(records: readonly ArrivedRecord[], steps: readonly PositionStep[], stored: () => void): SourceBatch {
  return { records, steps, afterJudging: null, acknowledge: stored, refuse: () => {} }
}
