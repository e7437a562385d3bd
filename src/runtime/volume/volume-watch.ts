import { setImmediate as turn } from 'node:timers/promises'
import type { Band } from '../../judge/volume/detector.ts'
import { volumeFleet } from '../../judge/volume/fleet.ts'
import { LEARNING, type StandingAlarm, type VolumeReading } from '../../judge/volume/reading.ts'
import {
  type EventHour,
  seriesName,
  streamKey,
  type WatchedSeries,
  type WatchedStream,
  watching,
} from '../../judge/volume/watched.ts'
import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import type { Tier } from '../../model/sli.ts'
import { tableOfSource } from '../../model/subject.ts'
import { DAY, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import { hoursKept } from '../../store/read/hourly.ts'
import { observedSpans, type StoredSpan } from '../../store/positions.ts'
import type { Sql } from '../../store/sql.ts'
import { wasObserved } from '../evaluate/observed.ts'
import { holidaysOf, knownChanges } from './known-changes.ts'
import { emptyHour, eventHours, type HourOfEvents } from './event-hours.ts'

/** A stream whose hours are wanted up to an instant. */
export interface DueStream {
  readonly stream: WatchedStream
  readonly until: Instant
  /** The sources that decide whether the hour that ends then was observed: one that carries the event only later doesn't. */
  readonly sourcesAt: (end: Instant) => readonly string[]
}

/** Feeds the hours that have ended to the volume detector, and remembers what it made of them. */
export interface VolumeWatch {
  /** Takes in each stream's hours that end by its instant; one that isn't given has nothing new. */
  readonly advance: (due: readonly DueStream[]) => Promise<void>
  /** What was made of the newest hour of a stream that ended by `at`; null: none yet. */
  readonly reading: (stream: WatchedStream, at: Instant) => VolumeReading | null
  /** Of the newest hour; null of a stream that isn't watched. */
  readonly bandOf: (stream: WatchedStream) => Band | null
}

/** Hours are read in parts, so that a long history neither is in memory at once nor keeps others waiting. */
const AT_ONCE = DAY
/** Minutes of an hour that may be unobserved before it says nothing. */
const UNOBSERVED = 2
const MINUTES = Array.from({ length: 60 }, (_, minute) => minute)
/** Readings are asked for while minutes are judged, which may be this far behind. */
const REMEMBERED = 40 * DAY

interface WantedHours {
  readonly stream: WatchedStream
  readonly key: string
  readonly to: Instant
  readonly sourcesAt: DueStream['sourcesAt']
}

/** How the budget is split: a P0 event may alarm falsely eight times as often as a P3 one, and is seen the sooner for it. */
const WEIGHTS: Readonly<Record<Tier, number>> = { P0: 4, P1: 2, P2: 1, P3: 0.5 }

/** Begins with the oldest hour that the store keeps: what it learnt before a restart, it learns again from there. */
export function createVolumeWatch(sql: Sql, plan: Plan): VolumeWatch {
  const streams = new Set(watchedStreams(plan).map(streamKey))
  const types = new Map(plan.sources.map(({ id, type }) => [id, type]))
  const series = new Map<string, WatchedSeries>()
  const known = knownChanges(sql, plan)
  const fleet = volumeFleet({
    timezone: plan.timezone,
    falseAlarmsPerWeek: plan.volume?.falseAlarmsPerWeek ?? 1,
    weightOf: (name) => weightOf(plan, series.get(name)?.event ?? ''),
    annotations: holidaysOf(plan),
    annotationsOf: (name) => known.of(series.get(name)),
  })
  const watched = watching()
  const open = new Map<string, VolumeAlarm>()
  const readings = new Map<string, VolumeReading[]>()
  /** Start of each stream's next hour, and of its first whole one. */
  const next = new Map<string, Instant>()
  const first = new Map<string, Instant>()

  async function advance(due: readonly DueStream[]): Promise<void> {
    const wanted = due.flatMap(({ stream, until, sourcesAt }): WantedHours[] => {
      const key = streamKey(stream)
      const to = floorTo(until, HOUR)
      return streams.has(key) && to > (next.get(key) ?? 0) ? [{ stream, key, to, sourcesAt }] : []
    })
    if (wanted.length === 0) return
    const from = Math.min(...wanted.map(({ key }) => next.get(key) ?? 0))
    const to = Math.max(...wanted.map((each) => each.to))
    // What was never looked at, or not for long, begins with what is still kept.
    const kept = from >= to - DAY ? from : ((await hoursKept(sql))?.first ?? to)
    const begin = Math.max(from, kept)
    await known.refresh(to)
    const asked = wanted.map(({ stream }) => stream)
    const sources = [...new Set(wanted.flatMap(({ sourcesAt }) => [...sourcesAt(begin + HOUR), ...sourcesAt(to)]))]
    const spans = await spansOf(sources, to)
    for (let start = begin; start < to; start += AT_ONCE) {
      const end = Math.min(start + AT_ONCE, to)
      for (const hour of await eventHours(sql, asked, start, end)) {
        const whole = new Map(sources.map((source) => [source, wholeMinutes(spans, source, hour.start)]))
        takeHour(hour, wanted, (deciding) => wasHourObserved(whole, deciding))
        // After a start this is months of hours: ingest and readers go on between them.
        await turn()
      }
    }
    // Also of a stream of which nothing came: its hours are over, and needn't be looked at again.
    for (const { key, to: end } of wanted) next.set(key, end)
  }

  function takeHour(
    { start, hours }: HourOfEvents,
    wanted: readonly WantedHours[],
    wasObservedBy: (sources: readonly string[]) => boolean,
  ): void {
    const due = wanted.filter(({ key, to }) => start < to && start >= (next.get(key) ?? 0))
    const observed = new Map<string, boolean>()
    const buckets: EventHour[] = []
    for (const { stream, key, sourcesAt } of due) {
      // An event's first hour is a part of one.
      const begins = first.get(key)
      if (begins === undefined) {
        if (hours.has(key)) first.set(key, start + HOUR)
        else continue
      }
      observed.set(key, wasObservedBy(sourcesAt(start + HOUR)))
      if (begins !== undefined && observed.get(key) === true) buckets.push(hours.get(key) ?? emptyHour(stream, start))
    }
    for (const { series: about, count, total } of watched.bucketsOf(buckets)) {
      series.set(about.name, about)
      note(fleet.push(about.name, { start, length: HOUR, count, total }))
    }
    note(fleet.finish())
    const alarms = Map.groupBy(standingAlarms(), (standing) => streamKey(standing.series))
    for (const [key, isObserved] of observed) remember(key, start + HOUR, isObserved, alarms.get(key) ?? [])
    forgetNotices(start + HOUR)
  }

  function note(changes: readonly VolumeAlarm[]): void {
    for (const alarm of changes) {
      const key = JSON.stringify([alarm.series, alarm.kind])
      if (alarm.closedAt === null) open.set(key, alarm)
      else if (alarm.kind !== 'drift') open.delete(key)
    }
  }

  /** A drift is told once: it stands for the hour in which it was noticed. */
  function forgetNotices(end: Instant): void {
    for (const [key, { kind, openedAt }] of open) if (kind === 'drift' && openedAt <= end) open.delete(key)
  }

  /** Sorted by series. */
  function standingAlarms(): StandingAlarm[] {
    return [...open.values()]
      .flatMap((alarm): StandingAlarm[] => {
        const about = series.get(alarm.series)
        return about === undefined ? [] : [{ alarm, series: about }]
      })
      .sort((a, b) => (a.series.name < b.series.name ? -1 : 1))
  }

  function remember(key: string, end: Instant, isObserved: boolean, alarms: readonly StandingAlarm[]): void {
    const isKnown = end - (first.get(key) ?? end) >= LEARNING
    const kept = readings.get(key) ?? []
    kept.push({ end, counts: isObserved && (isKnown || alarms.length > 0), alarms })
    while ((kept[0]?.end ?? end) < end - REMEMBERED) kept.shift()
    readings.set(key, kept)
  }

  /** All that is kept, so that a long stretch without any isn't taken for a source that keeps none. */
  async function spansOf(sources: readonly string[], to: Instant) {
    const found = new Map<string, ReadonlyMap<string, readonly StoredSpan[]>>()
    for (const source of sources) {
      // What arrived while nobody read an archive or a table is still in it.
      if (types.get(source) === 'file' || tableOfSource(source) !== null) continue
      found.set(source, await observedSpans(sql, source, 0, to))
    }
    return found
  }

  /** Which minutes of an hour a source observed. A partition counts from its first span on. */
  function wholeMinutes(
    spans: ReadonlyMap<string, ReadonlyMap<string, readonly StoredSpan[]>>,
    source: string,
    start: Instant,
  ): readonly boolean[] {
    const all = spans.get(source) ?? new Map<string, readonly StoredSpan[]>()
    const near = new Map(
      [...all].flatMap(([partition, kept]) =>
        kept.some(({ started }) => started < start + HOUR)
          ? [[partition, kept.filter(({ ended }) => ended >= start - MINUTE)] as const]
          : [],
      ),
    )
    const begun = near.size > 0 || all.size === 0
    const isStream = types.get(source) === 'kafka'
    return MINUTES.map((minute) => begun && wasObserved(near, start + minute * MINUTE, isStream))
  }

  return {
    advance,
    reading: (stream, at) => readings.get(streamKey(stream))?.findLast(({ end }) => end <= at) ?? null,
    bandOf: (stream) => fleet.band(seriesName(stream, 'total')),
  }
}

/** `whole`: by source, the minutes that it observed. */
function wasHourObserved(whole: ReadonlyMap<string, readonly boolean[]>, sources: readonly string[]): boolean {
  const without = MINUTES.filter((minute) => sources.some((source) => whole.get(source)?.[minute] === false))
  return without.length <= UNOBSERVED
}

/** The streams that volume SLOs are about, each once. */
export function watchedStreams(plan: Plan): readonly WatchedStream[] {
  const volume = plan.slos.filter(({ kind }) => kind === 'volume').map(streamOf)
  return [...new Map(volume.map((stream) => [streamKey(stream), stream])).values()]
}

/** The weight of an event's or a table's series in the budget. */
export function weightOf(plan: Plan, subject: string): number {
  return WEIGHTS[(plan.events.get(subject) ?? plan.tables.get(subject))?.tier ?? 'P2']
}

/** What a volume SLO is about: its own source's records alone, where it names one. A table is its own source. */
export function streamOf({ event, source, subject }: SloPlan): WatchedStream {
  return { event, source: subject === 'table' ? null : source }
}
