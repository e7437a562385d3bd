import type { Band } from '../../judge/volume/detector.ts'
import { volumeFleet } from '../../judge/volume/fleet.ts'
import { LEARNING, type StandingAlarm, type VolumeReading } from '../../judge/volume/reading.ts'
import { type WatchedSeries, watching } from '../../judge/volume/watched.ts'
import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import type { Tier } from '../../model/sli.ts'
import { DAY, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { hoursKept } from '../../store/read/hourly.ts'
import { observedSpans, type StoredSpan } from '../../store/positions.ts'
import type { Sql } from '../../store/sql.ts'
import { wasObserved } from '../evaluate/observed.ts'
import { eventHours, type HourOfEvents } from './event-hours.ts'

/** Feeds the hours that have ended to the volume detector, and remembers what it made of them. */
export interface VolumeWatch {
  /** Takes in each event's hours that end by the given instant; an event without one has nothing new. */
  readonly advance: (
    until: ReadonlyMap<string, { readonly until: Instant; readonly sources: readonly string[] }>,
  ) => Promise<void>
  /** What was made of the newest hour of an event that ended by `at`; null: none yet. */
  readonly reading: (event: string, at: Instant) => VolumeReading | null
  /** Of the newest hour. */
  readonly bandOf: (event: string) => Band | null
}

/** Hours are read in parts, so that a long history isn't in memory at once. */
const AT_ONCE = 7 * DAY
/** Minutes of an hour that may be unobserved before it says nothing. */
const UNOBSERVED = 2
/** Readings are asked for while minutes are judged, which may be this far behind. */
const REMEMBERED = 40 * DAY

/** How the budget is split: a P0 event may alarm falsely eight times as often as a P3 one, and is seen the sooner for it. */
const WEIGHTS: Readonly<Record<Tier, number>> = { P0: 4, P1: 2, P2: 1, P3: 0.5 }

/** Begins with the oldest hour that the store keeps: what it learnt before a restart, it learns again from there. */
export function createVolumeWatch(sql: Sql, plan: Plan): VolumeWatch {
  const events = new Set(
    plan.slos.flatMap((slo) => (slo.kind === 'volume' && plan.events.has(slo.event) ? [slo.event] : [])),
  )
  const types = new Map(plan.sources.map(({ id, type }) => [id, type]))
  const series = new Map<string, WatchedSeries>()
  const fleet = volumeFleet({
    timezone: plan.timezone,
    falseAlarmsPerWeek: plan.falseAlarmsPerWeek ?? 1,
    weightOf: (name) => WEIGHTS[plan.events.get(series.get(name)?.event ?? '')?.tier ?? 'P2'],
  })
  const watched = watching()
  const open = new Map<string, VolumeAlarm>()
  const readings = new Map<string, VolumeReading[]>()
  /** Start of each event's next hour, and of its first whole one. */
  const next = new Map<string, Instant>()
  const first = new Map<string, Instant>()
  const begun = new Set<string>()

  type Due = ReadonlyMap<string, { readonly until: Instant; readonly sources: readonly string[] }>

  async function advance(due: Due): Promise<void> {
    const wanted = [...due].flatMap(([event, { until, sources }]) => {
      const to = floorTo(until, HOUR)
      return events.has(event) && to > (next.get(event) ?? 0) ? [{ event, to, sources }] : []
    })
    if (wanted.length === 0) return
    const kept = await hoursKept(sql)
    if (kept === null) return
    const from = Math.min(...wanted.map(({ event }) => next.get(event) ?? kept.first))
    const to = Math.max(...wanted.map((each) => each.to))
    for (let start = Math.max(from, kept.first); start < to; start += AT_ONCE) {
      const end = Math.min(start + AT_ONCE, to)
      const spans = await spansOf([...new Set(wanted.flatMap(({ sources }) => sources))], start, end)
      for (const hour of await eventHours(sql, plan, start, end, begun)) {
        takeHour(hour, wanted, (sources) => wasHourObserved(spans, sources, hour.start))
      }
    }
    for (const { event, to: end } of wanted) if (begun.has(event)) next.set(event, end)
  }

  function takeHour(
    { start, events: hours }: HourOfEvents,
    wanted: readonly { readonly event: string; readonly to: Instant; readonly sources: readonly string[] }[],
    observed: (sources: readonly string[]) => boolean,
  ): void {
    const due = wanted.filter(({ event, to }) => start < to && start >= (next.get(event) ?? 0))
    for (const { event, sources } of due) {
      const hour = hours.find((each) => each.event === event)
      if (hour === undefined) continue
      // An event's first hour is a part of one.
      const isFirst = !first.has(event)
      if (isFirst) first.set(event, start + HOUR)
      const isObserved = observed(sources)
      if (!isFirst && isObserved) {
        for (const bucket of watched.bucketsOf([hour])) {
          series.set(bucket.series.name, bucket.series)
          note(fleet.push(bucket.series.name, { start, length: HOUR, count: bucket.count, total: bucket.total }))
        }
      }
    }
    note(fleet.finish())
    for (const { event, sources } of due) if (first.has(event)) remember(event, start + HOUR, observed(sources))
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

  function remember(event: string, end: Instant, isObserved: boolean): void {
    const alarms = [...open.values()]
      .flatMap((alarm): StandingAlarm[] => {
        const about = series.get(alarm.series)
        return about?.event === event ? [{ alarm, series: about }] : []
      })
      .sort((a, b) => (a.series.name < b.series.name ? -1 : 1))
    const isKnown = end - (first.get(event) ?? end) >= LEARNING
    const kept = readings.get(event) ?? []
    kept.push({ end, counts: isObserved && (isKnown || alarms.length > 0), alarms })
    while ((kept[0]?.end ?? end) < end - REMEMBERED) kept.shift()
    readings.set(event, kept)
  }

  async function spansOf(sources: readonly string[], from: Instant, to: Instant) {
    const found = new Map<string, ReadonlyMap<string, readonly StoredSpan[]>>()
    for (const source of sources) {
      // What arrived while nobody read an archive is still in it.
      if (types.get(source) !== 'file') found.set(source, await observedSpans(sql, source, from, to))
    }
    return found
  }

  function wasHourObserved(
    spans: ReadonlyMap<string, ReadonlyMap<string, readonly StoredSpan[]>>,
    sources: readonly string[],
    start: Instant,
  ): boolean {
    let without = 0
    for (let minute = start; minute < start + HOUR && without <= UNOBSERVED; minute += MINUTE) {
      const sees = (source: string) =>
        wasObserved(spans.get(source) ?? new Map(), minute, types.get(source) === 'kafka')
      if (!sources.every(sees)) without += 1
    }
    return without <= UNOBSERVED
  }

  return {
    advance,
    reading: (event, at) => readings.get(event)?.findLast(({ end }) => end <= at) ?? null,
    bandOf: (event) => fleet.band(event),
  }
}
