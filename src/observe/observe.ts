import type { Judgement, Outcome } from '../model/observation.ts'
import type { ArrivedRecord, DecodedEvent } from '../model/record.ts'
import type { QuarantineEntry } from '../model/reject.ts'
import type { EventSample } from '../model/sample.ts'
import { DAY, type Duration, type Instant, isPlausibleArrival, MINUTE } from '../model/time.ts'
import type { WindowCounts } from '../model/window.ts'
import type { Plan } from '../plan/plan.ts'
import { check } from './check/check.ts'
import type { Sightings } from './dedupe/sightings.ts'
import { createRejects } from './redact/rejects.ts'
import { createSampler } from './redact/sampler.ts'
import { type Book, createBook } from './windows/book.ts'
import type { WindowDelta } from './windows/delta.ts'
import type { Interner, SeriesSlot } from './windows/interner.ts'

/** What observing needs to know beside the records. */
export interface ObserveContext {
  readonly plan: Plan
  readonly interner: Interner
  /** The filter of a partition; for a source whose partitions share ids, the same for all. */
  readonly sightings: (partition: string) => Sightings
  /** The `max_delay` of the event's timeliness SLO for this source; null: none. */
  readonly lateAfter: (event: string) => Duration | null
  /** Partitions are counted apart as well: there is more than one. */
  readonly manyPartitions: boolean
  /** When a record of this event was last kept as a sample; samples closer than a second are left out. */
  readonly sampledAt: Map<string, Instant>
}

/** What a batch comes to: everything that is written with it, and the figures for metrics. */
export interface Observed {
  readonly delta: WindowDelta
  readonly rejects: readonly QuarantineEntry[]
  readonly samples: readonly EventSample[]
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Records rejected, kept or not, by reason. */
  readonly quarantined: ReadonlyMap<string, number>
  /** Delays (ms) of timed records of planned events, by event. */
  readonly delays: ReadonlyMap<string, readonly Duration[]>
}

/**
 * One record's way: check it against the plan, see whether its id was seen, count it into its minute, keep what is wrong
 * with it. The filters are changed as if the batch were stored: `commit` or `discard` them with it.
 */
export function observeBatch(records: readonly ArrivedRecord[], context: ObserveContext): Observed {
  const { plan, interner } = context
  const book = createBook()
  const rejects = createRejects(interner.source)
  const sampler = createSampler(interner.source, context.sampledAt)
  const outcomes: Record<Outcome, number> = { valid: 0, invalid: 0, unplanned: 0, undecodable: 0 }
  const delays = new Map<string, Duration[]>()

  for (const record of records) {
    const { decoded, arrivedAt } = record
    if (arrivedAt === null || !isPlausibleArrival(arrivedAt)) {
      outcomes.undecodable += 1
      rejects.implausible(record)
      continue
    }
    const minute = arrivedAt - (arrivedAt % MINUTE)
    const judged = check(plan, decoded)
    outcomes[judged.outcome] += 1
    if (!decoded.ok) {
      countArrival(book.window(interner.undecodable(decoded.reason), minute), arrivedAt)
      rejects.undecodable(record, arrivedAt, decoded)
      continue
    }
    // Ids are told apart across events, planned or not.
    const duplicate = decoded.id === null ? null : context.sightings(record.partition).see(decoded.id, arrivedAt)
    const series = judged.outcome === 'unplanned' ? interner.unplanned(decoded.event) : interner.planned(decoded.event)
    const window = book.window(series, minute)
    const facet = book.facet(series, series.facet(decoded.dimensions), minute)
    const partition = context.manyPartitions ? book.facet(series, series.partition(record.partition), minute) : null
    const delay = decoded.eventTime === null ? null : arrivedAt - decoded.eventTime
    const lateAfter = judged.outcome === 'unplanned' ? null : context.lateAfter(decoded.event)
    const late = delay !== null && lateAfter !== null && delay > lateAfter
    for (const counts of partition === null ? [window, facet] : [window, facet, partition]) {
      count(counts, arrivedAt, judged, duplicate, delay, late)
    }
    if (judged.outcome !== 'unplanned' && delay !== null) addDelay(delays, decoded.event, delay)
    countFindings(book, series, minute, judged)
    sampler.see(series.key, record, arrivedAt, decoded, judged, plan)
    if (judged.outcome === 'invalid') rejects.invalid(record, arrivedAt, decoded, judged, piiOf(plan, decoded, judged))
  }
  return {
    delta: book.delta(),
    rejects: rejects.kept(),
    samples: sampler.samples(),
    outcomes,
    quarantined: rejects.counts(),
    delays,
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
  for (const { path, keyword, message } of judged.violations) {
    book.find(series, series.finding('violation', path, keyword, message), minute)
  }
  for (const property of judged.unfilled) book.find(series, series.finding('unfilled', `/${property}`, '', ''), minute)
  for (const property of judged.unfilledGoals)
    book.find(series, series.finding('unfilled', `/${property}`, '', ''), minute)
  for (const property of judged.unplannedProperties) {
    book.find(series, series.finding('unplanned_property', `/${property}`, '', ''), minute)
  }
}

function addDelay(delays: Map<string, Duration[]>, event: string, delay: Duration): void {
  const known = delays.get(event)
  if (known === undefined) delays.set(event, [delay])
  else known.push(delay)
}

const NO_PII: ReadonlyMap<string, string> = new Map()

/** What the contract version that judged a record classifies as private. */
export function piiOf(plan: Plan, decoded: DecodedEvent, judged: Judgement): ReadonlyMap<string, string> {
  const contract = plan.events.get(decoded.event)?.versions.find(({ version }) => version === judged.version)
  return contract?.pii ?? NO_PII
}
