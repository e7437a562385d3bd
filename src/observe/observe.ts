import type { Judgement, Outcome } from '../model/observation.ts'
import type { ArrivedRecord, DecodedEvent } from '../model/record.ts'
import type { QuarantineEntry } from '../model/reject.ts'
import type { EventSample } from '../model/sample.ts'
import { type Duration, type Instant, isPlausibleArrival, MINUTE } from '../model/time.ts'
import type { EventPlan, Plan } from '../plan/plan.ts'
import { type JudgeRecord, judgeOf, UNPLANNED } from './check/check.ts'
import type { PendingSightings, Sightings } from './dedupe/sightings.ts'
import { sampleOf } from './redact/event-sample.ts'
import { piiOf } from './redact/pii.ts'
import { implausibleEntry, invalidEntry, undecodableEntry } from './redact/rejects.ts'
import { bareCounts, createPage, deltaOf, facetCounts, partitionCounts, type SeriesPage } from './windows/book.ts'
import { countArrival, countFindings, countRecord } from './windows/count.ts'
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
  /** The `max_delay` of the event's timeliness SLO for this source; null: none. Asked for once a batch and event. */
  readonly lateAfter: (event: string, source: string) => Duration | null
}

/** What a batch comes to: everything that is written with it, and the figures for metrics. */
export interface Observed {
  readonly delta: WindowDelta
  readonly rejects: readonly QuarantineEntry[]
  readonly samples: readonly EventSample[]
  /** Partitions that share a filter are told under the first of them. */
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

/** What a batch knows of one event's name. */
interface EventRow {
  readonly plan: EventPlan | null
  /** Null: no contract has its name. */
  readonly judge: JudgeRecord | null
  readonly page: SeriesPage
  readonly lateAfter: Duration | null
  readonly delays: Duration[]
  last: ArrivedRecord | null
  lastInvalid: DecodedEvent | null
}

/**
 * One record's way: check it against the plan, see whether its id was seen, count it into its minute, keep what is wrong
 * with it. One batch of a source at a time: `commit` or `discard` it before the next.
 */
export function observeBatch({ source, records, manyPartitions }: ArrivedBatch, context: ObserveContext): Observed {
  const { plan, interner } = context
  const names = interner.ofSource(source)
  names.renew()
  const filters = new Map<string, Sightings>()
  const pages = new Map<SeriesSlot, SeriesPage>()
  const rows = new Map<string, EventRow>()
  const rejects: QuarantineEntry[] = []
  const outcomes: Record<Outcome, number> = { valid: 0, invalid: 0, unplanned: 0, undecodable: 0 }
  const quarantined = new Map<string, number>()
  let newest = names.newest()
  const seen = { arrivedAt: 0, duplicate: null as boolean | null, delay: null as Duration | null, late: false }

  function pageOf(series: SeriesSlot): SeriesPage {
    const known = pages.get(series)
    if (known !== undefined) return known
    const page = createPage(series)
    pages.set(series, page)
    return page
  }

  function newRow(event: string, arrivedAt: Instant): EventRow {
    const planned = plan.events.get(event) ?? null
    const page = pageOf(planned === null ? names.unplanned(event) : names.planned(event))
    page.series.renew(arrivedAt)
    const lateAfter = planned === null ? null : context.lateAfter(event, source)
    const judge = planned === null ? null : judgeOf(planned)
    const row = { plan: planned, judge, page, lateAfter, delays: [], last: null, lastInvalid: null }
    rows.set(event, row)
    return row
  }

  function newFilter(partition: string): Sightings {
    const filter = context.sightings(partition)
    filters.set(partition, filter)
    return filter
  }

  function reject(record: ArrivedRecord, arrivedAt: Instant, decoded: DecodedEvent, judged: Judgement, row: EventRow) {
    increment(quarantined, 'invalid')
    row.lastInvalid = decoded
    const [first] = judged.violations
    const { series } = row.page
    const fault = first === undefined ? null : series.finding('violation', first.path, first.keyword, first.message)
    if (!series.admits(fault, arrivedAt)) return
    rejects.push(invalidEntry(source, record, decoded, judged, piiOf(row.plan)))
  }

  for (const record of records) {
    const { decoded, arrivedAt } = record
    if (arrivedAt === null || !isPlausibleArrival(arrivedAt)) {
      outcomes.undecodable += 1
      increment(quarantined, 'implausible_time')
      if (names.undecodable('implausible_time').admits(null, newest)) {
        const event = decoded.event === null ? undefined : plan.events.get(decoded.event)
        rejects.push(implausibleEntry(source, record, piiOf(event ?? null)))
      }
      continue
    }
    if (newest === null || arrivedAt > newest) newest = arrivedAt
    const minute = arrivedAt - (arrivedAt % MINUTE)
    if (!decoded.ok) {
      outcomes.undecodable += 1
      increment(quarantined, decoded.reason)
      const series = names.undecodable(decoded.reason)
      countArrival(bareCounts(pageOf(series), minute), arrivedAt)
      if (series.admits(null, arrivedAt)) rejects.push(undecodableEntry(source, record, decoded))
      continue
    }
    const row = rows.get(decoded.event) ?? newRow(decoded.event, arrivedAt)
    const { page } = row
    const judged = row.judge === null ? UNPLANNED : (record.judged ?? row.judge(decoded))
    outcomes[judged.outcome] += 1

    seen.arrivedAt = arrivedAt
    seen.delay = decoded.eventTime === null ? null : arrivedAt - decoded.eventTime
    seen.late = seen.delay !== null && row.lateAfter !== null && seen.delay > row.lateAfter
    seen.duplicate =
      decoded.id === null
        ? null
        : (filters.get(record.partition) ?? newFilter(record.partition)).see(decoded.id, arrivedAt)
    countRecord(facetCounts(page, page.series.facet(decoded.dimensions), minute), judged, seen)
    if (manyPartitions) {
      countRecord(partitionCounts(page, page.series.partition(record.partition), minute), judged, seen)
    }
    if (seen.delay !== null && row.plan !== null) row.delays.push(seen.delay)
    if (decoded.envelope !== null) {
      row.last = record
    }
    countFindings(page, minute, judged)
    if (judged.outcome === 'invalid') reject(record, arrivedAt, decoded, judged, row)
  }

  if (newest !== null) names.reached(newest)

  return {
    delta: deltaOf([...pages.values()]),
    rejects,
    samples: samplesOf(rows.values()),
    sightings: pendingOf(filters),
    outcomes,
    quarantined,
    delays: delaysOf(rows),
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

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** One sample a series; names over the cap share one, and its sample is the last of theirs. */
function samplesOf(rows: Iterable<EventRow>): EventSample[] {
  const samples = new Map<SeriesSlot, EventSample>()
  for (const { plan, page, last, lastInvalid } of rows) {
    if (last === null || last.arrivedAt === null || !last.decoded.ok) continue
    const { series } = page
    const known = samples.get(series)
    if (known !== undefined && known.arrivedAt > last.arrivedAt) continue
    const isDue = series.samples('last', last.arrivedAt)
    if (!isDue && (lastInvalid === null || !series.samples('invalid', last.arrivedAt))) continue
    samples.set(series, sampleOf(series.key, last.arrivedAt, last.decoded, lastInvalid, piiOf(plan)))
  }
  return [...samples.values()]
}

function delaysOf(rows: ReadonlyMap<string, EventRow>): ReadonlyMap<string, readonly Duration[]> {
  return new Map([...rows].flatMap(([event, { delays }]) => (delays.length === 0 ? [] : [[event, delays] as const])))
}

function pendingOf(filters: ReadonlyMap<string, Sightings>): Observed['sightings'] {
  const told = new Set<Sightings>()
  return [...filters].flatMap(([partition, filter]) => {
    if (told.has(filter)) return []
    told.add(filter)
    return filter.pending().map(({ hour, bytes }) => ({ partition, hour, bytes }))
  })
}
