import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import { volumeFleet } from '../../judge/volume/fleet.ts'
import { streamKey, type WatchedSeries } from '../../judge/volume/watched.ts'
import { judgeHour } from '../../judge/volume/judge-hour.ts'
import { isRelative } from '../../judge/volume/relative.ts'
import { standingAlarms } from '../../judge/volume/standing-alarms.ts'
import { watching } from '../../judge/volume/watching.ts'
import { DAY, HOUR, type Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { createEventHours, emptyHour } from '../../runtime/volume/event-hours.ts'
import { holidaysOf, knownChanges } from '../../runtime/volume/known-changes.ts'
import { watchedStreams, weightOfSeries } from '../../runtime/volume/watched-streams.ts'
import { watchingOptions } from '../../runtime/volume/watching-options.ts'
import { hoursKept } from '../../store/read/hourly.ts'
import type { Sql } from '../../store/sql.ts'
import { byOpening, note, noteClosed } from './noted-alarms.ts'

/** Budgets to choose from, in false alarms a week. */
export const BUDGETS = [0.25, 0.5, 1, 2, 5] as const

/** What each budget would have raised over the hours that the store keeps. */
export interface StoreHistory {
  readonly from: Instant
  readonly to: Instant
  readonly series: number
  readonly unwatched: number
  readonly budgets: readonly { readonly falseAlarmsPerWeek: number; readonly alarms: readonly VolumeAlarm[] }[]
}

/** Read in parts, so that 100 days of many events aren't in memory at once. */
const AT_ONCE = 7 * DAY

/** Null where no whole hour is kept. */
export async function backtestStore(
  sql: Sql,
  plan: Plan,
  budgets: readonly number[],
  now: Instant,
): Promise<StoreHistory | null> {
  const kept = await hoursKept(sql)
  if (kept === null) return null
  // The hour that is under way isn't judged.
  const to = Math.min(kept.last + HOUR, Math.floor(now / HOUR) * HOUR)
  if (to <= kept.first) return null
  const options = watchingOptions(plan)
  const watched = watching(options)
  const known = knownChanges(sql, plan)
  const runs = budgets.map((falseAlarmsPerWeek) => {
    const series = new Map<string, WatchedSeries>()
    const fleet = volumeFleet({
      timezone: plan.timezone,
      falseAlarmsPerWeek,
      weightOf: (name) => weightOfSeries(plan, series.get(name)),
      isSeasonless: (name) => isRelative(series.get(name)),
      annotations: holidaysOf(plan),
      annotationsOf: (name) => known.of(series.get(name)),
    })
    const standing = standingAlarms((name) => series.get(name))
    return {
      falseAlarmsPerWeek,
      judge: { fleet, standing, series, domainOf: options.domainOf },
      alarms: new Map<string, VolumeAlarm>(),
    }
  })
  const asked = watchedStreams(plan)
  // What a run judges; where nothing is watched yet, what it could.
  const all = [...plan.events.keys(), ...plan.tables.keys()].map((event) => ({ event, source: null }))
  const streams = asked.length > 0 ? asked : all
  const reader = createEventHours(sql)
  const begun = new Set<string>()
  for (let from = kept.first; from < to; from += AT_ONCE) {
    for (const { start, hours } of await reader.read(streams, from, Math.min(from + AT_ONCE, to))) {
      for (const key of hours.keys()) begun.add(key)
      // Nothing of anything: nobody may have been listening.
      if ([...hours.values()].every(({ received }) => received === 0)) continue
      const events = streams.flatMap((stream) => {
        const key = streamKey(stream)
        return begun.has(key) ? [hours.get(key) ?? emptyHour(stream, start)] : []
      })
      const found = watched.take(events)
      for (const { alarms, judge } of runs) {
        const { told, changes } = judgeHour(judge, found, events, start)
        note(
          alarms,
          told.map(({ alarm }) => alarm),
        )
        noteClosed(alarms, changes)
      }
    }
  }
  return {
    from: kept.first,
    to,
    series: watched.series().length,
    unwatched: watched.coverage().reduce((sum, { unwatched }) => sum + unwatched.platforms + unwatched.families, 0),
    budgets: runs.map(({ falseAlarmsPerWeek, alarms }) => ({
      falseAlarmsPerWeek,
      alarms: [...alarms.values()].sort(byOpening),
    })),
  }
}
