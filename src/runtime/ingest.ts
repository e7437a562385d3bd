import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../model/failure.ts'
import type { ArrivedRecord } from '../model/record.ts'
import { type Duration, type Instant, isPlausibleArrival } from '../model/time.ts'
import { observeBatch, type Observed } from '../observe/observe.ts'
import type { Source, SourceBatch } from '../observe/sources/source.ts'
import { createInterner, MOST_UNPLANNED } from '../observe/windows/interner.ts'
import type { Plan } from '../plan/plan.ts'
import { commitIngest } from '../store/ingest.ts'
import type { Writer } from '../store/leases.ts'
import { readPositions } from '../store/positions.ts'
import { unplannedNames } from '../store/read/arrivals.ts'
import type { Database } from '../store/sql.ts'
import { createFilters } from './sightings.ts'
import { rememberBatch, traceBatch } from './tracing/ingest.ts'
import { withinSpanOf } from './tracing/scope.ts'
import { NO_TRACING, type Span, type Tracing } from './tracing/tracing.ts'

export interface IngestDeps {
  readonly db: Database
  readonly writer: Writer
  /** The plan in force: asked for at each batch, since a reload may change it. */
  readonly plan: () => Plan
  readonly horizon: Duration
  /** Most ids that are remembered of a source. Left out: two million. */
  readonly remembered?: number
  /** False: the store ends with this process, so that ids that were seen aren't stored. Left out: it lasts. */
  readonly storeLasts?: boolean
  /** Resolves when every minute that can be judged by now has been. */
  readonly judged: () => Promise<void>
  /** Told of each stored batch before its source is; awaited, so that a replay can judge in step. */
  readonly onCommit: (source: string, observed: Observed, records: readonly ArrivedRecord[]) => void | Promise<void>
  /** How far back duplicates are found now; less than `horizon` where more ids came than are remembered. After each commit. */
  readonly onHorizon?: (source: string, found: Duration) => void
  readonly onFailure: (source: string, failure: Failure) => void
  /** A commit failed before and went well now. */
  readonly onRecovery: (source: string) => void
  /** Left out: nothing is traced. */
  readonly tracing?: Tracing
}

/** What a refused client is told to wait. */
const RETRY_AFTER_SECONDS = 5
const LONGEST_PAUSE = 5_000

/**
 * The ingest loop of one source: commit before acknowledge, compare-and-swap on the positions. Ends when the source does or
 * the signal aborts. Anything but a `Failure` that may pass is thrown.
 */
export async function ingest(source: Source, deps: IngestDeps, signal: AbortSignal): Promise<void> {
  const observe = createObserver(source, deps)
  for (let failures = 0; !signal.aborted; ) {
    try {
      const positions = await readPositions(deps.db, source.id)
      await observe.open(positions)
      let again = false
      for await (const batch of source.read(positions, signal)) {
        const outcome = await observe.commit(batch)
        if (outcome === 'superseded') {
          again = true
          break
        }
        if (failures > 0) deps.onRecovery(source.id)
        failures = 0
      }
      if (source.reassigned?.() === true) continue
      if (!again) return
      // Another instance owns it now, or did: look where it stands.
      await pause(200, undefined, { signal })
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Failure) || !error.retryable) throw error
      failures += 1
      withinSpanOf(error, () => deps.onFailure(source.id, error))
      await pause(Math.min(LONGEST_PAUSE, 100 * 2 ** failures), undefined, { signal }).catch(() => undefined)
    }
  }
}

interface Observer {
  readonly open: (positions: ReadonlyMap<string, string>) => Promise<void>
  readonly commit: (batch: SourceBatch) => Promise<'committed' | 'superseded'>
}

/** Observes and commits the batches of one source, with what it remembers from one to the next. */
function createObserver(source: Source, deps: IngestDeps): Observer {
  const interner = createInterner()
  // Files share one filter: one of them may repeat another. Elsewhere an id is a duplicate within its partition.
  const filters = createFilters(deps.db, source.id, {
    horizon: deps.horizon,
    shared: source.type === 'file',
    ...(deps.remembered === undefined ? {} : { most: deps.remembered }),
    isStored: deps.storeLasts !== false,
  })
  const partitions = new Set<string>()
  const tracing = deps.tracing ?? NO_TRACING
  /** How far this process has read them. */
  const last = new Map<string, string>()
  const isStream = source.type === 'kafka'
  let isAssigned = false
  let isSeeded = false
  let newest: Instant = Number.NEGATIVE_INFINITY

  async function open(positions: ReadonlyMap<string, string>): Promise<void> {
    if (!isSeeded) interner.ofSource(source.id).seed(await unplannedNames(deps.db, source.id, MOST_UNPLANNED))
    isSeeded = true
    if (!isStream) return filters.open(positions.keys())
    // Of a stream others read partitions too: what they saw since isn't in memory, and what they read needn't be.
    for (const [partition, position] of positions) {
      if (last.get(partition) !== position) filters.forget(partition)
      partitions.add(partition)
    }
    isAssigned = false
  }

  async function commit(batch: SourceBatch, span: Span): Promise<'committed' | 'superseded'> {
    const { records, steps } = batch
    let observed: Observed | null = null
    try {
      if (batch.afterJudging !== null) await deps.judged()
      const plan = deps.plan()
      const read = new Set<string>()
      for (const { partition } of records) read.add(partition)
      for (const partition of read) partitions.add(partition)
      if (isStream && !isAssigned) {
        const assigned = source.figures?.().partitions ?? []
        filters.assign(assigned.map(({ partition }) => partition))
        isAssigned = true
      }
      await filters.open(read)
      observed = observeBatch(
        { source: source.id, records, manyPartitions: source.type !== 'http' && partitions.size > 1 },
        { plan, interner, sightings: filters.of, lateAfter: latenessOf(plan) },
      )
      const { delta, rejects, samples } = observed
      const sightings = observed.sightings.map((one) => ({ ...one, partition: filters.keyOf(one.partition) }))
      const outcome = await commitIngest(deps.db, deps.writer, {
        source: source.id,
        steps,
        delta,
        rejects,
        samples,
        sightings,
      })
      if (outcome === 'superseded') {
        observed.discard()
        batch.refuse(RETRY_AFTER_SECONDS)
        span.fail('superseded')
        return outcome
      }
    } catch (error) {
      observed?.discard()
      batch.refuse(RETRY_AFTER_SECONDS)
      throw error
    }
    observed.commit()
    rememberBatch(tracing, span, source.id, observed, records)
    for (const { partition, to } of steps) last.set(partition, to)
    newest = newestOf(records, newest)
    deps.onHorizon?.(source.id, foundBack(filters.coveredSince(), newest, deps.horizon))
    await deps.onCommit(source.id, observed, records)
    await batch.acknowledge()
    return 'committed'
  }

  return {
    open,
    commit: (batch) => traceBatch(tracing, source, batch, (span) => commit(batch, span)),
  }
}

function newestOf(records: readonly ArrivedRecord[], before: Instant): Instant {
  let newest = before
  for (const { arrivedAt } of records) {
    if (arrivedAt !== null && arrivedAt > newest && isPlausibleArrival(arrivedAt)) newest = arrivedAt
  }
  return newest
}

/** By the data's clock, so that a source that stands still doesn't seem to remember more. */
function foundBack(since: Instant | null, newest: Instant, horizon: Duration): Duration {
  return since === null ? horizon : Math.max(0, Math.min(horizon, newest - since))
}

const lateness = new WeakMap<Plan, (event: string, source: string) => Duration | null>()

/** The `max_delay` that holds an event's records of a source: the SLO's that names the source, else the one that names none. */
function latenessOf(plan: Plan): (event: string, source: string) => Duration | null {
  const known = lateness.get(plan)
  if (known !== undefined) return known
  const delays = new Map<string, Duration>()
  for (const { kind, event, source, maxDelay } of plan.slos) {
    if (kind === 'timeliness' && maxDelay !== null) delays.set(`${event}\n${source ?? ''}`, maxDelay)
  }
  const find = (event: string, source: string): Duration | null =>
    delays.get(`${event}\n${source}`) ?? delays.get(`${event}\n`) ?? null
  const none = (): null => null
  const made = delays.size === 0 ? none : find
  lateness.set(plan, made)
  return made
}
