import { type Duration, HOUR, type Instant } from '../../model/time.ts'
import type { VolumeAlarm } from './alarm.ts'
import { civilCalendar } from './civil.ts'
import { type CountSeries, emptyCountSeries, type Scoring, stepCount } from './count-series.ts'
import type { Bucket } from './detector.ts'
import { emptyShareSeries, type ShareSeries, stepShare } from './share-series.ts'
import type { OpenAlarm } from './watch.ts'

/** What a fleet of series is watched with. */
export interface FleetSettings {
  /** IANA zone of local civil time. */
  readonly timezone: string
  /** Over all series together. */
  readonly falseAlarmsPerWeek: number
}

/** All the series of a workspace (or a file), judged as one: they share a budget and what is known about tails. */
export interface Fleet {
  /**
   * Takes one bucket. Buckets come in the order of their starts; those with the same start in any order. Answers alarms that opened
   * (`closedAt` null) or closed, all of instants before this bucket's.
   */
  readonly push: (series: string, bucket: Bucket) => readonly VolumeAlarm[]
  /** Judges what is still held back; alarms that stay open have been told when they opened. */
  readonly finish: () => readonly VolumeAlarm[]
}

/** One series of the fleet, with what has come of its current step. */
interface Member {
  readonly counts: CountSeries | null
  readonly shares: ShareSeries | null
  readonly step: Duration
  /** The step being filled: its number, sums, and buckets seen of those that make a step. */
  index: number
  count: number
  total: number
  seen: number
  readonly parts: number
}

/** A fleet that has seen nothing yet. */
export function volumeFleet(settings: FleetSettings): Fleet {
  const calendar = civilCalendar(settings.timezone)
  const members = new Map<string, Member>()
  let tick: Instant = Number.NEGATIVE_INFINITY
  let held: [string, Bucket][] = []

  function scoring(): Scoring {
    const own = settings.falseAlarmsPerWeek / Math.max(1, members.size)
    return own >= 0.01
      ? { falseAlarmsPerWeek: own, power: 1.5, prior: 1.1 }
      : { falseAlarmsPerWeek: own, power: 1, prior: 0.46 }
  }

  function judgeHeld(): VolumeAlarm[] {
    const changes: VolumeAlarm[] = []
    held.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    for (const [name, bucket] of held) if (!members.has(name)) members.set(name, newMember(bucket))
    const score = scoring()
    for (const [name, bucket] of held) {
      const member = members.get(name)
      if (member === undefined) continue
      const index = calendar.indexOf(bucket.start, member.step)
      if (member.seen > 0 && index !== member.index) close(name, member, score, changes)
      member.index = index
      member.count += Math.max(0, bucket.count)
      member.total += Math.max(0, bucket.total ?? 0)
      member.seen += 1
      if (member.seen >= member.parts) close(name, member, score, changes)
    }
    held = []
    return changes
  }

  /** Judges the step that a member has filled; one of which more than a quarter wasn't observed is left out. */
  function close(name: string, member: Member, score: Scoring, changes: VolumeAlarm[]): void {
    const step = calendar.step(member.index, member.step)
    const enough = member.seen * 4 >= member.parts * 3
    const scale = member.parts / member.seen
    const judged =
      member.counts !== null
        ? stepCount(member.counts, step, enough ? member.count * scale : null, score)
        : member.shares !== null
          ? stepShare(member.shares, step, enough ? member.count : null, member.total, score)
          : null
    member.count = 0
    member.total = 0
    member.seen = 0
    if (judged === null) return
    if (judged.closed !== null) changes.push(told(name, judged.closed, step.start + step.length))
    if (judged.opened !== null) changes.push(told(name, judged.opened, null))
  }

  return {
    push: (series, bucket) => {
      const changes = bucket.start > tick ? judgeHeld() : []
      tick = Math.max(tick, bucket.start)
      held.push([series, bucket])
      return changes
    },
    finish: judgeHeld,
  }
}

function newMember(bucket: Bucket): Member {
  const parts = Math.max(1, Math.round(HOUR / bucket.length))
  const step = parts * bucket.length
  const perDay = Math.max(1, Math.round((24 * HOUR) / step))
  return {
    counts: bucket.total === null ? emptyCountSeries(perDay) : null,
    shares: bucket.total === null ? null : emptyShareSeries(perDay),
    step,
    index: 0,
    count: 0,
    total: 0,
    seen: 0,
    parts,
  }
}

function told(series: string, open: OpenAlarm, closedAt: Instant | null): VolumeAlarm {
  const { kind, direction, openedAt, observed, expected, lower, upper } = open
  return { series, kind, direction, openedAt, closedAt, observed, expected, lower, upper }
}
