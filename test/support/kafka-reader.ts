import type { ArrivedRecord } from '../../src/model/record.ts'
import type { Failure } from '../../src/model/failure.ts'
import { createEarlyCheck } from '../../src/observe/check/early.ts'
import { createKafkaSource, type KafkaSourceDeps } from '../../src/observe/sources/kafka/kafka-source.ts'
import type { Source } from '../../src/observe/sources/source.ts'
import { ingest } from '../../src/runtime/ingest.ts'
import { takeWriter } from '../../src/store/leases.ts'
import { openStore } from '../../src/store/open.ts'
import { readPositions, type SourceProgress, sourceProgress } from '../../src/store/positions.ts'
import type { Database } from '../../src/store/sql.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { DAY } from '../../src/model/time.ts'
import { planOf } from './plan.ts'

/** A Kafka source with its ingest loop on a store, as the daemon runs it. */
export interface KafkaReader {
  readonly source: Source
  readonly db: Database
  /** Records stored so far, in the order of their commits. */
  readonly records: readonly ArrivedRecord[]
  readonly failures: readonly Failure[]
  readonly log: readonly string[]
  readonly positions: () => Promise<ReadonlyMap<string, string>>
  readonly progress: () => Promise<SourceProgress | null>
  readonly stop: () => Promise<void>
}

/** Starts it. `db`: the store; default one of its own, in memory. */
export async function startKafkaReader(
  broker: string,
  options: Partial<KafkaSourceDeps> & {
    readonly topics: readonly string[]
    readonly db?: Database
    readonly plan?: Plan
  },
): Promise<KafkaReader> {
  const { plan = planOf([]) } = options
  const log: string[] = []
  const say = (_fields: object, message: string): void => void log.push(message)
  const source = createKafkaSource({
    id: 'stream',
    access: { brokers: [broker], tls: false, sasl: null },
    group: `group-of-${options.topics.join('-')}`,
    from: 'earliest',
    format: { type: 'segment' },
    now: Date.now,
    log: { info: say, warn: say },
    early: createEarlyCheck(() => plan),
    askEvery: 100,
    ...options,
  })
  const db = options.db ?? (await openStore({ type: 'sqlite', path: ':memory:' }))
  const writer = await takeWriter(db)
  const records: ArrivedRecord[] = []
  const failures: Failure[] = []
  const stopping = new AbortController()
  const done = ingest(
    source,
    {
      db,
      writer,
      plan: () => plan,
      horizon: DAY,
      judged: async () => undefined,
      onCommit: (_id, _observed, batch) => void records.push(...batch),
      onFailure: (_id, failure) => {
        failures.push(failure)
        options.log?.warn({}, `failure: ${failure.message}`)
      },
      onRecovery: () => undefined,
    },
    stopping.signal,
  )
  // `stop` throws it as well; a test that waits meanwhile wants to know what for.
  done.catch((error: unknown) => (options.log?.warn ?? say)({}, `reading ended for good: ${String(error)}`))
  return {
    source,
    db,
    records,
    failures,
    log,
    positions: () => readPositions(db, 'stream'),
    progress: async () => (await sourceProgress(db)).find((one) => one.source === 'stream') ?? null,
    stop: async () => {
      stopping.abort()
      await done
      await writer.release()
      if (options.db === undefined) await db.close()
    },
  }
}
