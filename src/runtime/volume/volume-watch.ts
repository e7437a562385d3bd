import { setImmediate as turn } from 'node:timers/promises'
import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import type { Band } from '../../judge/volume/detector.ts'
import { volumeFleet } from '../../judge/volume/fleet.ts'
import { LEARNING, type StandingAlarm, type VolumeReading } from '../../judge/volume/reading.ts'
import {
  type EventHour,
  seriesName,
  streamKey,
  type WatchedSeries,
  type WatchedStream,
} from '../../judge/volume/watched.ts'
import { type Coverage, watching } from '../../judge/volume/watching.ts'
import { judgeHour } from '../../judge/volume/judge-hour.ts'
import { isRelative } from '../../judge/volume/relative.ts'
import { standingAlarms } from '../../judge/volume/standing-alarms.ts'
import { DAY, floorTo, HOUR, type Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { hoursKept } from '../../store/read/hourly.ts'
import { oldestPart } from '../../store/read/minutely.ts'
import type { Sql } from '../../store/sql.ts'
import type { VolumeHour } from '../../store/volume-streams.ts'
import { createEventHours, emptyHour, type EventHours, type HourOfEvents } from './event-hours.ts'
import { holidaysOf, type KnownChanges, knownChanges } from './known-changes.ts'
import { type Listening, readListening } from './listening.ts'
import { createLooks, PART } from './looks.ts'
import { createReadings } from './readings.ts'
import type { SavedVolume } from './volume-state.ts'
import { createHours } from './recent-hours.ts'
import { watchedStreams, weightOfSeries } from './watched-streams.ts'
import { watchingOptions } from './watching-options.ts'

/** A stream whose hours are wanted up to an instant. */
export interface DueStream {
  readonly stream: WatchedStream
  readonly until: Instant
  /** The sources that decide whether the hour that ends then was observed: one that carries the event only later doesn't. */
  readonly sourcesAt: (end: Instant) => readonly string[]
}

/** Feeds the hours that have ended, and what can be seen inside those that haven't, to the volume detector, and remembers what it made of them. */
export interface VolumeWatch {
  /** Takes in each stream's hours (of large ones also five minutes) that end by its instant; one that isn't given has nothing new. */
  readonly advance: (due: readonly DueStream[]) => Promise<void>
  /** What was known of a stream at `at`: of its newest hour, and of alarms inside the one after it; null: nothing yet. */
  readonly reading: (stream: WatchedStream, at: Instant) => VolumeReading | null
  /** Of the newest hour; null of a stream that isn't watched. */
  readonly bandOf: (stream: WatchedStream) => Band | null
  /** What is watched, and what isn't. */
  readonly coverage: () => readonly Coverage[]
  /** The newest hours that were judged, oldest first. */
  readonly hours: (stream: WatchedStream) => readonly VolumeHour[]
  /** All that it remembers: no copy, to be written before the next `advance`. */
  readonly save: () => SavedVolume
}

/** Hours are read in parts, so that a long history neither is in memory at once nor keeps others waiting. */
const AT_ONCE = 6 * HOUR

interface WantedHours {
  readonly stream: WatchedStream
  readonly key: string
  /** End of the last whole hour, and of the last part of one that can be looked at. */
  readonly to: Instant
  readonly until: Instant
  readonly sourcesAt: DueStream['sourcesAt']
}

/** What a watch is given where several of them look at one store, or somebody wants to hear what they find. */
export interface WatchDeps {
  /** Left out: those of the plan's volume SLOs. */
  readonly streams?: readonly WatchedStream[]
  readonly events?: EventHours
  readonly known?: KnownChanges
  /** Hears of the alarms that are told when they open, and of all that close. */
  readonly heard?: (told: readonly StandingAlarm[], changes: readonly VolumeAlarm[]) => void
}

/** Goes on from what was saved, or begins with the oldest hour that the store keeps: what it learnt before, it learns again from there. */
export function createVolumeWatch(
  sql: Sql,
  plan: Plan,
  saved: SavedVolume | null = null,
  deps: WatchDeps = {},
): VolumeWatch {
  const streams = new Set((deps.streams ?? watchedStreams(plan)).map(streamKey))
  const options = watchingOptions(plan)
  const watched = watching(options, saved?.watching)
  const series = new Map<string, WatchedSeries>(watched.series().map((each) => [each.name, each]))
  const known = deps.known ?? knownChanges(sql, plan)
  const fleet = volumeFleet(
    {
      timezone: plan.timezone,
      falseAlarmsPerWeek: plan.volume?.falseAlarmsPerWeek ?? 1,
      weightOf: (name) => weightOfSeries(plan, series.get(name)),
      isSeasonless: (name) => isRelative(series.get(name)),
      lendersOf: watched.lendersOf,
      annotations: holidaysOf(plan),
      annotationsOf: (name) => known.of(series.get(name)),
    },
    saved?.fleet,
  )
  const standing = standingAlarms((name) => series.get(name), saved?.alarms)
  const judge = { fleet, standing, series, domainOf: options.domainOf }
  const recent = createHours()
  const readings = createReadings(saved?.readings)
  const events = deps.events ?? createEventHours(sql)
  const looks = createLooks(sql, fleet, saved?.looked)
  /** Start of each stream's next hour, and of its first whole one. */
  const next = new Map<string, Instant>(saved?.next)
  const first = new Map<string, Instant>(saved?.first)

  async function advance(due: readonly DueStream[]): Promise<void> {
    const wanted = due.flatMap(({ stream, until, sourcesAt }): WantedHours[] => {
      const key = streamKey(stream)
      const known = Math.max(next.get(key) ?? 0, looks.upTo(stream))
      const wants = streams.has(key) && floorTo(until, PART) > known
      return wants ? [{ stream, key, to: floorTo(until, HOUR), until: floorTo(until, PART), sourcesAt }] : []
    })
    if (wanted.length === 0) return
    const from = Math.min(...wanted.map(({ key }) => next.get(key) ?? 0))
    const to = Math.max(...wanted.map((each) => each.to))
    const until = Math.max(...wanted.map((each) => each.until))
    // What was never looked at, or not for long, begins with what is still kept.
    const kept = from >= to - DAY ? from : ((await hoursKept(sql))?.first ?? to)
    const begin = Math.max(from, kept)
    await known.refresh(to)
    const sources = [...new Set(wanted.flatMap(({ sourcesAt }) => [...sourcesAt(begin + HOUR), ...sourcesAt(until)]))]
    const listening = await readListening(sql, plan, sources, until)
    // Of hours that are long over, the minutes may be gone.
    const partsFrom = begin >= to - DAY ? begin : ((await oldestPart(sql)) ?? until)
    // A table's rows come with each load.
    const streamed = wanted.filter(({ stream }) => !plan.tables.has(stream.event))
    const lookInto = async (start: Instant): Promise<void> => {
      if (start >= partsFrom) await looks.into(start, streamed, listening, tellWithin)
    }
    for (let start = begin; start < to; start += AT_ONCE) {
      const end = Math.min(start + AT_ONCE, to)
      const asked = wanted.flatMap(({ stream, key }) => ((next.get(key) ?? 0) < end ? [stream] : []))
      for (const hour of await events.read(asked, start, end)) {
        await lookInto(hour.start)
        takeHour(hour, wanted, listening)
        // After a start this is months of hours: ingest and readers go on between them.
        await turn()
      }
    }
    await lookInto(to)
    // Also of a stream of which nothing came: its hours are over, and needn't be looked at again.
    for (const { key, to: end } of wanted) next.set(key, end)
  }

  function takeHour({ start, hours }: HourOfEvents, wanted: readonly WantedHours[], listening: Listening): void {
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
      observed.set(key, listening.throughHour(sourcesAt(start + HOUR), start))
      if (begins !== undefined && observed.get(key) === true) buckets.push(hours.get(key) ?? emptyHour(stream, start))
    }
    const end = start + HOUR
    const unobserved = new Set([...observed].flatMap(([key, isObserved]) => (isObserved ? [] : [key])))
    const { told, changes } = judgeHour(judge, watched.take(buckets), buckets, start, unobserved)
    deps.heard?.(told, changes)
    for (const each of buckets) {
      recent.add(streamKey(each), { start, observed: each.received, band: fleet.band(seriesName(each, 'total')) })
    }
    const alarms = Map.groupBy(told, (each) => streamKey(each.series))
    for (const [key, isObserved] of observed) {
      const own = alarms.get(key) ?? []
      const isKnown = end - (first.get(key) ?? end) >= LEARNING
      readings.hour(key, end, isObserved && (isKnown || own.length > 0), own)
    }
  }

  /** An alarm that was seen before its hour was over, beside those that stood already. */
  function tellWithin(stream: WatchedStream, at: Instant, alarm: VolumeAlarm): void {
    const about = series.get(alarm.series)
    if (about === undefined) return
    standing.note([alarm])
    deps.heard?.([{ alarm, series: about }], [])
    const key = streamKey(stream)
    const stood = (readings.at(key, at)?.alarms ?? []).filter((other) => other.alarm.kind !== 'drift')
    const all = [...stood, { alarm, series: about }].sort((a, b) => (a.series.name < b.series.name ? -1 : 1))
    readings.within(key, at, all)
  }

  return {
    advance,
    reading: (stream, at) => readings.at(streamKey(stream), at),
    bandOf: (stream) => fleet.band(seriesName(stream, 'total')),
    coverage: watched.coverage,
    hours: (stream) => recent.of(streamKey(stream)),
    save: () => ({
      fleet: fleet.save(),
      watching: watched.save(),
      alarms: standing.save(),
      readings: readings.save(),
      next,
      first,
      looked: looks.save(),
    }),
  }
}
