import type { ArrivedRecord } from '../../model/record.ts'
import type { QuarantineEntry } from '../../model/reject.ts'
import type { SliKind } from '../../model/sli.ts'
import type { SubjectKind } from '../../model/subject.ts'
import type { Instant } from '../../model/time.ts'
import { readTraceparent, type SpanContext } from '../../model/trace.ts'
import type { WindowCounts } from '../../model/window.ts'
import type { WindowDelta } from '../../observe/windows/delta.ts'
import { ATTRIBUTE } from './names.ts'
import type { SpanLink } from './span.ts'

/** A stored batch, as far as an incident may rest on it. */
export interface TracedBatch {
  readonly source: string
  readonly span: SpanContext
  readonly windows: WindowDelta['windows']
  /** Records that came with a producer's span, and the places of those that were rejected. */
  readonly records: readonly ArrivedRecord[]
  readonly rejects: readonly QuarantineEntry[]
  readonly placeOf: (record: ArrivedRecord) => string
}

/** What an incident is about. */
export interface EvidenceQuestion {
  /** The event's name, or the table's where `subject` says so. */
  readonly event: string
  readonly subject: SubjectKind
  /** Kinds of its SLOs: batches with records that are bad by one of them count first. */
  readonly kinds: readonly SliKind[]
  /** By arrival, [from, until). */
  readonly from: Instant
  readonly until: Instant
}

/** The batches of late, by the event and minute that they counted into. In memory: after a restart there is nothing to link to. */
export interface Evidence {
  readonly remember: (batch: TracedBatch) => void
  /** Links to the batches that an incident rests on, and to the producers of their bad records. */
  readonly links: (question: EvidenceQuestion) => readonly SpanLink[]
}

interface Entry {
  readonly source: string
  readonly span: SpanContext
  /** By which kinds of SLI a record of the event in that minute is bad. */
  readonly bad: readonly SliKind[]
  readonly producers: readonly SpanContext[]
}

/** Batches kept of one event and minute, and of all; 300 bytes each, 2 kB where each has eight producers. */
const MOST_A_MINUTE = 16
const MOST = 8_192
/** Producers kept of one batch and event. */
const MOST_PRODUCERS = 8
/** Together not more than a span may have. */
const BATCH_LINKS = 64
const PRODUCER_LINKS = 64

export function createEvidence(most = MOST): Evidence {
  /** By minute, then by event or table. Minutes may come out of order; the oldest is dropped first. */
  const minutes = new Map<Instant, Map<string, Entry[]>>()
  let kept = 0

  function keep(minute: Instant, event: string, entry: Entry): void {
    const events = minutes.get(minute) ?? new Map<string, Entry[]>()
    minutes.set(minute, events)
    const entries = events.get(event) ?? []
    events.set(event, entries)
    if (entries.length < MOST_A_MINUTE) {
      entries.push(entry)
      kept += 1
      return
    }
    const dispensable = entry.bad.length === 0 ? -1 : entries.findIndex(({ bad }) => bad.length === 0)
    if (dispensable !== -1) entries[dispensable] = entry
  }

  function forgetOldest(): void {
    while (kept > most && minutes.size > 1) {
      const oldest = Math.min(...minutes.keys())
      for (const entries of minutes.get(oldest)?.values() ?? []) kept -= entries.length
      minutes.delete(oldest)
    }
  }

  function remember({ source, span, windows, records, rejects, placeOf }: TracedBatch): void {
    const sent = records.filter(({ traceparent }) => traceparent !== undefined && traceparent !== null)
    const producers = producersByEvent(sent, rejects, placeOf)
    for (const { series, minute, counts } of windows) {
      if (series.kind !== 'planned' && series.kind !== 'table') continue
      const subject = series.kind === 'table' ? 'table' : 'event'
      keep(minute, keyOf(subject, series.event), {
        source,
        span,
        bad: badKinds(counts),
        producers: producers.rejected.get(series.event) ?? producers.all.get(series.event) ?? [],
      })
    }
    forgetOldest()
  }

  function links({ event, subject, kinds, from, until }: EvidenceQuestion): readonly SpanLink[] {
    const key = keyOf(subject, event)
    const within = [...minutes.keys()].filter((minute) => minute >= from && minute < until).sort((a, b) => a - b)
    const found = within.map((minute) => minutes.get(minute)?.get(key) ?? [])
    const bad = found.map((entries) => entries.filter((entry) => entry.bad.some((kind) => kinds.includes(kind))))
    const chosen = bad.some((entries) => entries.length > 0) ? bad : found
    const spread = spreadOver(chosen, BATCH_LINKS)
    return linksTo(spread.length > 0 ? spread : lastBefore(key, until))
  }

  /** A silence rests on what came last. */
  function lastBefore(key: string, until: Instant): readonly Entry[] {
    const newest = [...minutes].reduce<readonly [Instant, readonly Entry[]]>(
      (best, [minute, events]) => {
        const entries = events.get(key)
        return entries !== undefined && minute < until && minute > best[0] ? [minute, entries] : best
      },
      [Number.NEGATIVE_INFINITY, []],
    )
    return newest[1]
  }

  return { remember, links }
}

function keyOf(subject: SubjectKind, name: string): string {
  return `${subject}:${name}`
}

/** At most `most` entries, as many of each minute as there is room for; oldest first. */
function spreadOver(minutes: readonly (readonly Entry[])[], most: number): readonly Entry[] {
  const full = minutes.filter((entries) => entries.length > 0)
  const each = Math.max(1, Math.floor(most / Math.max(1, full.length)))
  return full.flatMap((entries) => entries.slice(0, each)).slice(0, most)
}

function linksTo(entries: readonly Entry[]): readonly SpanLink[] {
  const batches = new Map<string, SpanLink>()
  const producers = new Map<string, SpanLink>()
  for (const entry of entries) {
    const attributes = { [ATTRIBUTE.relation]: 'batch', [ATTRIBUTE.source]: entry.source }
    batches.set(entry.span.spanId, { to: entry.span, attributes })
    for (const to of entry.producers) {
      if (producers.size === PRODUCER_LINKS) break
      producers.set(to.spanId, { to, attributes: { [ATTRIBUTE.relation]: 'producer' } })
    }
  }
  return [...batches.values(), ...producers.values()]
}

interface Producers {
  /** Of records that break their contract. */
  readonly rejected: ReadonlyMap<string, readonly SpanContext[]>
  readonly all: ReadonlyMap<string, readonly SpanContext[]>
}

const NO_PRODUCERS: Producers = { rejected: new Map(), all: new Map() }

function producersByEvent(
  sent: readonly ArrivedRecord[],
  rejects: readonly QuarantineEntry[],
  placeOf: (record: ArrivedRecord) => string,
): Producers {
  if (sent.length === 0) return NO_PRODUCERS
  const places = new Set(rejects.map(({ position }) => position))
  const rejected = new Map<string, SpanContext[]>()
  const all = new Map<string, SpanContext[]>()
  for (const record of sent) {
    if (!record.decoded.ok) continue
    const { event } = record.decoded
    add(all, event, record.traceparent ?? '')
    if (places.has(placeOf(record))) add(rejected, event, record.traceparent ?? '')
  }
  return { rejected, all }
}

function add(to: Map<string, SpanContext[]>, event: string, traceparent: string): void {
  const known = to.get(event) ?? []
  if (known.length === MOST_PRODUCERS) return
  const span = readTraceparent(traceparent)
  if (span === null || known.some(({ spanId }) => spanId === span.spanId)) return
  to.set(event, [...known, span])
}

function badKinds(counts: Readonly<WindowCounts>): readonly SliKind[] {
  const kinds: SliKind[] = []
  if (counts.invalid > 0) kinds.push('validity')
  if (counts.incomplete > 0) kinds.push('completeness')
  if (counts.duplicates > 0) kinds.push('uniqueness')
  if (counts.late > 0) kinds.push('timeliness')
  return kinds
}
