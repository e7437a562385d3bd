import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import type { StandingAlarm } from '../../judge/volume/reading.ts'
import { streamKey, type WatchedStream } from '../../judge/volume/watched.ts'
import type { Coverage } from '../../judge/volume/watching.ts'
import { tableSource } from '../../model/subject.ts'
import { DAY, floorTo, HOUR, type Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { readNote } from '../../store/notes.ts'
import { sourceProgress } from '../../store/positions.ts'
import { firstHours, hoursKept } from '../../store/read/hourly.ts'
import { oldestPart } from '../../store/read/minutely.ts'
import type { Sql } from '../../store/sql.ts'
import { type AccountsNote, ACCOUNTS_NOTE } from '../evaluate/accounts.ts'
import { decidingSources } from '../evaluate/deciding.ts'
import { NO_FIRSTS, withFirsts } from '../evaluate/firsts.ts'
import { runningSources } from '../evaluate/running.ts'
import { judgeableUntil, watermarkOf } from '../evaluate/watermark.ts'
import { createEventHours, type EventHours } from './event-hours.ts'
import { knownChanges } from './known-changes.ts'
import { createVolumeWatch, type DueStream } from './volume-watch.ts'
import { streamOf, watchedStreams } from './watched-streams.ts'

/** What the daemon's watch would have raised over the hours that a store keeps. */
export interface PastWatch {
  /** The first hour that is kept, and the end of the last whole one. */
  readonly from: Instant
  readonly to: Instant
  /** From here on the store keeps minutes, so that hours could be looked into; null: nowhere. */
  readonly minutesFrom: Instant | null
  readonly coverage: readonly Coverage[]
  readonly budgets: readonly { readonly falseAlarmsPerWeek: number; readonly alarms: readonly RaisedAlarm[] }[]
}

/** An alarm that was told, and what it calls for. */
export interface RaisedAlarm extends VolumeAlarm {
  readonly severity: 'page' | 'ticket'
}

/** Each alarm, as it was told when it opened and again when it closed. */
export interface AlarmNotes {
  readonly heard: (told: readonly StandingAlarm[], changes: readonly VolumeAlarm[]) => void
  readonly alarms: () => readonly RaisedAlarm[]
}

/** Read in parts, so that 100 days of many events aren't in memory at once. */
const AT_ONCE = 7 * DAY

/**
 * Runs the daemon's own watch, one for each budget, over all that is kept, as a daemon that begins with the oldest hour does: with what
 * was accepted, launched and configured, and inside hours as far as minutes are kept. Writes nothing. Null where no whole hour is kept.
 */
export async function watchPast(
  sql: Sql,
  plan: Plan,
  budgets: readonly number[],
  now: Instant,
  notes: () => AlarmNotes,
): Promise<PastWatch | null> {
  const kept = await hoursKept(sql)
  // The hour that is under way has no count yet.
  const to = kept === null ? 0 : Math.min(kept.last + HOUR, floorTo(now, HOUR))
  if (kept === null || to <= kept.first) return null
  const asked = watchedStreams(plan)
  const streams = asked.length > 0 ? asked : everyStream(plan)
  const due = await dueStreams(sql, plan, streams, now)
  // A launch that the daemon hasn't noticed yet is none in what it has judged.
  const known = knownChanges(sql, plan, async () => undefined)
  await known.refresh(Math.max(now, kept.last + HOUR))
  const hours = sharedHours(sql)
  const runs = budgets.map((falseAlarmsPerWeek) => {
    const { heard, alarms } = notes()
    const { holidays = [], known: changes = [] } = plan.volume ?? {}
    const own = { ...plan, volume: { falseAlarmsPerWeek, holidays, known: changes } }
    const deps = { streams, events: hours, known: { of: known.of, refresh: async () => undefined }, heard }
    return { falseAlarmsPerWeek, alarms, watch: createVolumeWatch(sql, own, null, deps) }
  })
  const end = Math.max(...due.map(({ until }) => until))
  for (let from = kept.first; from < end; from += AT_ONCE) {
    const part = due.map((each) => ({ ...each, until: Math.min(each.until, from + AT_ONCE) }))
    for (const { watch } of runs) await watch.advance(part)
    hours.forget()
  }
  return {
    from: kept.first,
    to,
    minutesFrom: await oldestPart(sql),
    coverage: runs[0]?.watch.coverage() ?? [],
    budgets: runs.map(({ falseAlarmsPerWeek, alarms }) => ({ falseAlarmsPerWeek, alarms: alarms() })),
  }
}

/** Where nothing is watched yet: what could be. */
function everyStream(plan: Plan): readonly WatchedStream[] {
  return [...plan.events.keys(), ...plan.tables.keys()].map((event) => ({ event, source: null }))
}

/** Each stream up to where the daemon can judge it, with the sources that decide about it. */
async function dueStreams(
  sql: Sql,
  plan: Plan,
  streams: readonly WatchedStream[],
  now: Instant,
): Promise<readonly DueStream[]> {
  const running = runningSources(plan)
  // What no daemon has judged yet has no note of its firsts.
  const note = await readNote<AccountsNote>(sql, ACCOUNTS_NOTE)
  const firsts = withFirsts(
    note?.firsts ?? NO_FIRSTS,
    (await firstHours(sql)).map(({ start, ...key }) => ({ key, start })),
  )
  const watermarks = new Map(
    (await sourceProgress(sql)).flatMap(({ source, partitions }) => {
      const type = running.get(source)
      const watermark = type === undefined ? null : watermarkOf(partitions, type)
      return watermark === null ? [] : [[source, watermark] as const]
    }),
  )
  const slos = new Map(
    plan.slos.flatMap((slo) => (slo.kind === 'volume' ? [[streamKey(streamOf(slo)), slo] as const] : [])),
  )
  return streams.flatMap((stream) => {
    const isTable = plan.tables.has(stream.event)
    const about = slos.get(streamKey(stream)) ?? {
      event: stream.event,
      source: isTable ? tableSource(stream.event) : stream.source,
    }
    const sourcesAt = (end: Instant) => decidingSources(about, end, firsts, running)
    const sources = sourcesAt(now)
    // The daemon doesn't judge what no source brings any more: that none comes is no outage.
    if (sources.length === 0) return []
    const judgeable = judgeableUntil(sources.flatMap((source) => watermarks.get(source) ?? []))
    return [{ stream, until: Math.min(now, judgeable ?? now), sourcesAt }]
  })
}

/** Hours that several watches read one after the other: each is read once. */
function sharedHours(sql: Sql): EventHours & { readonly forget: () => void } {
  const reader = createEventHours(sql)
  const read = new Map<string, ReturnType<EventHours['read']>>()
  return {
    read: (streams, from, to) => {
      const key = JSON.stringify([from, to, streams.map(streamKey)])
      const known = read.get(key) ?? reader.read(streams, from, to)
      read.set(key, known)
      return known
    },
    forget: () => read.clear(),
  }
}
