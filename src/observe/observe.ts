import type { Judgement, Outcome } from '../model/observation.ts'
import type { ArrivedRecord } from '../model/record.ts'
import type { QuarantineEntry } from '../model/reject.ts'
import type { EventSample } from '../model/sample.ts'
import { DAY, type Duration, type Instant, isPlausibleArrival, MINUTE } from '../model/time.ts'
import type { WindowCounts } from '../model/window.ts'
import type { Plan } from '../plan/plan.ts'
import { check } from './check/check.ts'
import { pointerTo } from './check/fill.ts'
import type { PendingSightings, Sightings } from './dedupe/sightings.ts'
import { implausibleEntry, invalidEntry, undecodableEntry } from './redact/rejects.ts'
import { createSampler } from './redact/sampler.ts'
import { type Book, createBook } from './windows/book.ts'
import type { WindowDelta } from './windows/delta.ts'
import type { Interner } from './windows/interner.ts'
import type { SeriesSlot } from './windows/slot.ts'

/** Records of one source, as they came. */
export interface ArrivedBatch {
  readonly source: string
  readonly records: readonly ArrivedRecord[]
  /** The source has more than one partition: they are counted apart as well. */
  readonly manyPartitions: boolean
}

/** What observing needs to know beside the records. */
export interface ObserveContext {
  readonly plan: Plan
  readonly interner: Interner
  /** The filter of a partition; the same for all partitions of a source that share ids (files). Asked for once a batch and partition. */
  readonly sightings: (partition: string) => Sightings
  /** The `max_delay` of the event's timeliness SLO for this source; null: none. */
  readonly lateAfter: (event: string, source: string) => Duration | null
}

/** What a batch comes to: everything that is written with it, and the figures for metrics. */
export interface Observed {
  readonly delta: WindowDelta
  readonly rejects: readonly QuarantineEntry[]
  readonly samples: readonly EventSample[]
  readonly sightings: readonly (PendingSightings & { readonly partition: string })[]
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Records rejected, kept or not, by reason. */
  readonly quarantined: ReadonlyMap<string, number>
  /** Delays of timed records of planned events, by event; negative for what came before its time. */
  readonly delays: ReadonlyMap<string, readonly Duration[]>
  /** To be called once all this is stored, or once it is known that it wasn't: memory then says what the store says. */
  readonly commit: () => void
  readonly discard: () => void
}

/**
 * One record's way: check it against the plan, see whether its id was seen, count it into its minute, keep what is wrong
 * with it. One batch of a source at a time: `commit` or `discard` it before the next.
 */
export function observeBatch({ source, records, manyPartitions }: ArrivedBatch, context: ObserveContext): Observed {
  const { plan, interner, lateAfter } = context
  const names = interner.ofSource(source)
  const filters = new Map<string, Sightings>()
  const book = createBook()
  const sampler = createSampler(source, (event, version) => piiOf(plan, event, version))
  const rejects: QuarantineEntry[] = []
  const outcomes: Record<Outcome, number> = { valid: 0, invalid: 0, unplanned: 0, undecodable: 0 }
  const quarantined = new Map<string, number>()
  const delays = new Map<string, Duration[]>()

  function see(record: ArrivedRecord, id: string, arrivedAt: Instant): boolean {
    let filter = filters.get(record.partition)
    if (filter === undefined) {
      filter = context.sightings(record.partition)
      filters.set(record.partition, filter)
    }
    return filter.see(id, arrivedAt)
  }

  for (const record of records) {
    const { decoded, arrivedAt } = record
    if (arrivedAt === null || !isPlausibleArrival(arrivedAt)) {
      outcomes.undecodable += 1
      increment(quarantined, 'implausible_time')
      if (names.undecodable('implausible_time').admits(null, null)) rejects.push(implausibleEntry(source, record))
      continue
    }
    const minute = arrivedAt - (arrivedAt % MINUTE)
    const judged = check(plan, decoded)
    outcomes[judged.outcome] += 1
    if (!decoded.ok) {
      const series = names.undecodable(decoded.reason)
      countArrival(book.window(series, minute), arrivedAt)
      increment(quarantined, decoded.reason)
      if (series.admits(null, arrivedAt)) rejects.push(undecodableEntry(source, record, decoded))
      continue
    }
    const planned = judged.outcome !== 'unplanned'
    const series = planned ? names.planned(decoded.event) : names.unplanned(decoded.event)
    const duplicate = decoded.id === null ? null : see(record, decoded.id, arrivedAt)
    const delay = decoded.eventTime === null ? null : arrivedAt - decoded.eventTime
    const mostDelay = planned && delay !== null ? lateAfter(decoded.event, source) : null
    const late = mostDelay !== null && delay !== null && delay > mostDelay
    const facet = series.facet(decoded.dimensions)
    count(book.facet(series, facet, minute), arrivedAt, judged, duplicate, delay, late)
    if (manyPartitions) {
      const partition = series.partition(record.partition)
      count(book.partition(series, partition, minute), arrivedAt, judged, duplicate, delay, late)
    }
    if (planned && delay !== null) addDelay(delays, decoded.event, delay)
    sampler.see(series.key, arrivedAt, decoded, judged)
    countFindings(book, series, minute, judged)
    if (judged.outcome === 'invalid') {
      increment(quarantined, 'invalid')
      if (series.admits(firstFault(series, judged), arrivedAt)) {
        rejects.push(invalidEntry(source, record, decoded, judged, piiOf(plan, decoded.event, judged.version)))
      }
    }
  }

  return {
    delta: book.delta(),
    rejects,
    samples: sampler.samples(),
    sightings: pendingOf(filters),
    outcomes,
    quarantined,
    delays,
    commit: () => {
      for (const filter of filters.values()) filter.commit()
      names.commit()
    },
    discard: () => {
      for (const filter of filters.values()) filter.discard()
      names.discard()
    },
  }
}

function count(
  counts: WindowCounts,
  arrivedAt: Instant,
  judged: Judgement,
  duplicate: boolean | null,
  delay: Duration | null,
  late: boolean,
): void {
  countArrival(counts, arrivedAt)
  if (judged.outcome === 'invalid') counts.invalid += 1
  if (judged.unfilled.length > 0) counts.incomplete += 1
  if (duplicate !== null) counts.identified += 1
  if (duplicate === true) counts.duplicates += 1
  if (delay === null) return
  counts.timed += 1
  if (late) counts.late += 1
  if (delay > DAY) counts.backfilled += 1
}

function countArrival(counts: WindowCounts, arrivedAt: Instant): void {
  counts.received += 1
  if (arrivedAt > counts.lastArrival) counts.lastArrival = arrivedAt
}

function countFindings(book: Book, series: SeriesSlot, minute: Instant, judged: Judgement): void {
  const { violations, unfilled, unfilledGoals, unplannedProperties } = judged
  for (const { path, keyword, message } of violations) {
    book.find(series, series.finding('violation', path, keyword, message), minute)
  }
  for (const property of unfilled) book.find(series, series.finding('unfilled', pointerTo(property), '', ''), minute)
  for (const property of unfilledGoals) {
    book.find(series, series.finding('unfilled', pointerTo(property), '', ''), minute)
  }
  for (const property of unplannedProperties) {
    book.find(series, series.finding('unplanned_property', pointerTo(property), '', ''), minute)
  }
}

/** What stands for all that is wrong with a record, when it is asked whether enough of its like are kept. */
function firstFault(series: SeriesSlot, { violations: [first] }: Judgement) {
  return first === undefined ? null : series.finding('violation', first.path, first.keyword, first.message)
}

function addDelay(delays: Map<string, Duration[]>, event: string, delay: Duration): void {
  const known = delays.get(event)
  if (known === undefined) delays.set(event, [delay])
  else known.push(delay)
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** Partitions that share a filter share what it saw: it is told once, under the first of them. */
function pendingOf(filters: ReadonlyMap<string, Sightings>): Observed['sightings'] {
  const told = new Set<Sightings>()
  return [...filters].flatMap(([partition, filter]) => {
    if (told.has(filter)) return []
    told.add(filter)
    return filter.pending().map(({ hour, bytes }) => ({ partition, hour, bytes }))
  })
}

const NO_PII: ReadonlyMap<string, string> = new Map()

function piiOf(plan: Plan, event: string, version: number | null): ReadonlyMap<string, string> {
  if (version === null) return NO_PII
  return plan.events.get(event)?.versions.find((contract) => contract.version === version)?.pii ?? NO_PII
}
