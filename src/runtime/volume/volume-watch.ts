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
import { DAY, floorTo, HOUR, type Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { hoursKept } from '../../store/read/hourly.ts'
import type { Sql } from '../../store/sql.ts'
import { emptyHour, eventHours, type HourOfEvents } from './event-hours.ts'
import { holidaysOf, knownChanges } from './known-changes.ts'
import { type Listening, readListening } from './listening.ts'
import { createReadings } from './readings.ts'
import type { SavedVolume } from './volume-state.ts'
import { watchedStreams, weightOf } from './watched-streams.ts'

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
  /** All that it remembers: no copy, to be written before the next `advance`. */
  readonly save: () => SavedVolume
}

/** Hours are read in parts, so that a long history neither is in memory at once nor keeps others waiting. */
const AT_ONCE = DAY

interface WantedHours {
  readonly stream: WatchedStream
  readonly key: string
  readonly to: Instant
  readonly sourcesAt: DueStream['sourcesAt']
}

/** Goes on from what was saved, or begins with the oldest hour that the store keeps: what it learnt before, it learns again from there. */
export function createVolumeWatch(sql: Sql, plan: Plan, saved: SavedVolume | null = null): VolumeWatch {
  const streams = new Set(watchedStreams(plan).map(streamKey))
  const watched = watching(saved?.watching)
  const series = new Map<string, WatchedSeries>(watched.series().map((each) => [each.name, each]))
  const known = knownChanges(sql, plan)
  const fleet = volumeFleet(
    {
      timezone: plan.timezone,
      falseAlarmsPerWeek: plan.volume?.falseAlarmsPerWeek ?? 1,
      weightOf: (name) => weightOf(plan, series.get(name)?.event ?? ''),
      annotations: holidaysOf(plan),
      annotationsOf: (name) => known.of(series.get(name)),
    },
    saved?.fleet,
  )
  const open = new Map<string, VolumeAlarm>(saved?.open)
  const readings = createReadings(saved?.readings)
  /** Start of each stream's next hour, and of its first whole one. */
  const next = new Map<string, Instant>(saved?.next)
  const first = new Map<string, Instant>(saved?.first)

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
    const listening = await readListening(sql, plan, sources, to)
    for (let start = begin; start < to; start += AT_ONCE) {
      const end = Math.min(start + AT_ONCE, to)
      for (const hour of await eventHours(sql, asked, start, end)) {
        takeHour(hour, wanted, listening)
        // After a start this is months of hours: ingest and readers go on between them.
        await turn()
      }
    }
    // Also of a stream of which nothing came: its hours are over, and needn't be looked at again.
    for (const { key, to: end } of wanted) next.set(key, end)
  }

  function takeHour({ start, hours }: HourOfEvents, wanted: readonly WantedHours[], listening: Listening): void {
    const due = wanted.filter(({ key, to }) => start < to && start >= (next.get(key) ?? 0))
    const observed = new Map<string, boolean>()
    const buckets: EventHour[] = []
    forgetNotices(start)
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
    for (const { series: about, count, total } of watched.bucketsOf(buckets)) {
      series.set(about.name, about)
      note(fleet.push(about.name, { start, length: HOUR, count, total }))
    }
    note(fleet.finish())
    const alarms = Map.groupBy(standingAlarms(), (standing) => streamKey(standing.series))
    const end = start + HOUR
    for (const [key, isObserved] of observed) {
      const standing = alarms.get(key) ?? []
      const isKnown = end - (first.get(key) ?? end) >= LEARNING
      readings.hour(key, end, isObserved && (isKnown || standing.length > 0), standing)
    }
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

  return {
    advance,
    reading: (stream, at) => readings.at(streamKey(stream), at),
    bandOf: (stream) => fleet.band(seriesName(stream, 'total')),
    save: () => ({
      fleet: fleet.save(),
      watching: watched.save(),
      open,
      readings: readings.save(),
      next,
      first,
    }),
  }
}
