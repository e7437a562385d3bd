import type { Duration, Instant } from '../../model/time.ts'
import type { VolumeAlarm } from './alarm.ts'
import { type Annotation, annotated, holidaysIn } from './annotation.ts'
import { type CivilStep, civilCalendar } from './civil.ts'
import { countBand } from './count-alarm.ts'
import type { CountSeries } from './count-state.ts'
import type { Band, Bucket } from './detector.ts'
import { lendersAmong } from './lenders.ts'
import {
  acceptNormal,
  closeStep,
  fill,
  judgeBucket,
  lookInside,
  type Member,
  mayLook,
  newestStep,
  newMember,
  openAlarm,
} from './member.ts'
import { type Scoring, scoringOf } from './threshold.ts'
import type { OpenAlarm } from './watch.ts'

/** What a fleet of series is watched with. */
export interface FleetSettings {
  /** IANA zone of local civil time. */
  readonly timezone: string
  /** Over all series together: each gets a part by its weight. */
  readonly falseAlarmsPerWeek: number
  /** A series' weight in the budget; 1 for all by default. */
  readonly weightOf?: (series: string) => number
  /** Whether a share and its whole have one season. */
  readonly isSeasonless?: (series: string) => boolean
  /** The series of counts whose season a young one may borrow; it is asked of young ones only. */
  readonly lendersOf?: (series: string) => readonly string[]
  readonly annotations?: readonly Annotation[]
  /** What else holds for one series; it may grow for steps that haven't ended. */
  readonly annotationsOf?: (series: string) => readonly Annotation[]
}

/** A fleet at rest: each series' state, and the buckets that wait for others of their instant. Plain data. */
export interface SavedFleet {
  readonly tick: Instant | null
  readonly held: readonly (readonly [string, Bucket])[]
  /** In the order in which they joined. */
  readonly members: ReadonlyMap<string, Member>
}

/** All the series of a workspace (or a file), judged as one: they share a budget. */
export interface Fleet {
  /**
   * Takes one bucket. Buckets come in the order of their starts; those with the same start in any order. Answers alarms that opened
   * (`closedAt` null) or closed, all of instants before this bucket's.
   */
  readonly push: (series: string, bucket: Bucket) => readonly VolumeAlarm[]
  /**
   * Whether there is something to be seen inside the hour from `start` of a series that is counted in hours: the hour before has been
   * judged, and enough is expected. To be asked once an hour, before its first look.
   */
  readonly mayLook: (series: string, start: Instant, length: Duration) => boolean
  /** Looks at a part of an hour that isn't over, in the order of time. Answers the alarm that it opened; the hour's own bucket comes later. */
  readonly look: (series: string, part: Bucket) => VolumeAlarm | null
  /** A step of a series that nobody observed: what was said of it holds, and the one after it can be looked into. To be told after what came before it was judged. */
  readonly skip: (series: string, start: Instant) => readonly VolumeAlarm[]
  /** Judges what is still held back; alarms that stay open have been told when they opened. */
  readonly finish: () => readonly VolumeAlarm[]
  /** What the series' newest step was expected to count; null of a share, and while too little is known. */
  readonly band: (series: string) => Band | null
  readonly open: (series: string) => VolumeAlarm | null
  /** The states themselves, no copies: to be written or copied before the next bucket. */
  readonly save: () => SavedFleet
  /** Ends a series of which nothing is left; the alarm that was open, as closed at `at`. */
  readonly forget: (series: string, at: Instant) => VolumeAlarm | null
}

const NOBODY: ReadonlyMap<string, readonly CountSeries[]> = new Map()

/** A fleet that has seen nothing yet, or the saved one: it goes on bit for bit as if it had never stopped, in the states that it is given. */
export function volumeFleet(settings: FleetSettings, saved: SavedFleet | null = null): Fleet {
  const annotations = (settings.annotations ?? []).filter(({ kind }) => kind !== 'holiday')
  const calendar = civilCalendar(settings.timezone, holidaysIn(settings.annotations ?? []))
  const weightOf = settings.weightOf ?? (() => 1)
  const members = new Map<string, Member>()
  let weights = 0
  for (const [name, member] of saved?.members ?? []) join(name, member)
  let tick: Instant = saved?.tick ?? Number.NEGATIVE_INFINITY
  let held: (readonly [string, Bucket])[] = [...(saved?.held ?? [])]

  function join(name: string, member: Member): void {
    members.set(name, member)
    weights += weightOf(name)
  }

  function scoring(name: string): Scoring {
    const isShare = (members.get(name)?.shares ?? null) !== null
    const scored = scoringOf((settings.falseAlarmsPerWeek * weightOf(name)) / weights, isShare)
    return settings.isSeasonless?.(name) === true ? { ...scored, isSeasonless: true } : scored
  }

  /** The step being filled, as its buckets lie: an alarm could be known when the last of them ended. */
  function stepOf(member: Member): CivilStep {
    const step = calendar.step(member.index, member.step)
    return member.shift === 0 ? step : { ...step, start: step.start + member.shift }
  }

  /** Whether one of these kinds holds for a series in a span. */
  function holds(kinds: readonly Annotation['kind'][], name: string, from: Instant, to: Instant): boolean {
    const own = settings.annotationsOf?.(name) ?? []
    if (annotations.length + own.length === 0) return false
    return annotated(annotations, kinds, name, from, to) || annotated(own, kinds, name, from, to)
  }

  function judgeHeld(): VolumeAlarm[] {
    const changes: VolumeAlarm[] = []
    // All that have come count towards the split of the budget before any is judged, so that their order is nothing.
    const joining = held.filter(([name]) => !members.has(name)).sort(([a], [b]) => byText(a, b))
    for (const [name, bucket] of joining) if (!members.has(name)) join(name, newMember(bucket))
    // Who borrows comes after those who lend, and who that is doesn't change while they are judged.
    const lenders =
      settings.lendersOf === undefined
        ? NOBODY
        : lendersAmong(
            held.map(([name]) => name),
            members,
            settings.lendersOf,
          )
    const isBorrower = ([name]: readonly [string, Bucket]): boolean => lenders.has(name)
    const ordered =
      lenders.size === 0 ? held : [...held.filter((each) => !isBorrower(each)), ...held.filter(isBorrower)]
    for (const [name, bucket] of ordered) {
      const member = members.get(name)
      if (member === undefined) continue
      const index = calendar.indexOf(bucket.start, member.step)
      if (member.seen > 0 && index !== member.index) close(name, member, changes, lenders.get(name))
      fill(member, index, bucket)
      if (member.parts > 1) lookAt(name, member, bucket, changes)
      if (member.seen >= member.parts) close(name, member, changes, lenders.get(name))
    }
    held = []
    return changes.length > 1 ? changes.sort((a, b) => byText(a.series, b.series)) : changes
  }

  /** Inside the hour. */
  function lookAt(name: string, member: Member, bucket: Bucket, changes: VolumeAlarm[]): void {
    const to = bucket.start + bucket.length
    if (holds(['incident', 'backfill', 'launch'], name, bucket.start, to)) return
    const step = stepOf(member)
    const found = judgeBucket(member, bucket, step, calendar.step(member.index + 1, member.step), scoring(name))
    if (found !== null) changes.push(told(name, found, null))
  }

  function close(name: string, member: Member, changes: VolumeAlarm[], lenders: readonly CountSeries[] = []): void {
    const step = stepOf(member)
    const end = step.start + step.length
    const observedBefore = newestStep(member)
    const leftOut = holds(['incident', 'backfill'], name, step.start, end)
    const { opened, closed, drift } = closeStep(member, step, leftOut, scoring(name), lenders)
    const isLaunch = holds(['launch'], name, step.start, end)
    if (drift !== null && !isLaunch) changes.push(told(name, drift, null), told(name, drift, drift.openedAt))
    if (closed !== null) changes.push(told(name, closed, end))
    if (opened !== null && isLaunch) acceptNormal(member, step)
    else if (opened !== null) changes.push(told(name, opened, null))
    const open = openAlarm(member)
    if (open === null) return
    // What was said while nobody observed is about the alarm that stood by then.
    const wasOpen = open.openedAt <= step.start
    const from = wasOpen ? step.start - (member.index - observedBefore - 1) * member.step : step.start
    if (!holds(['accept'], name, from, end)) return
    const accepted = acceptNormal(member, step)
    if (accepted !== null) changes.push(told(name, accepted, end))
  }

  return {
    push: (series, bucket) => {
      const changes = bucket.start > tick ? judgeHeld() : []
      tick = Math.max(tick, bucket.start)
      held.push([series, bucket])
      return changes
    },
    mayLook: (series, start, length) => {
      const member = members.get(series)
      if (member === undefined) return false
      const index = calendar.indexOf(start, member.step)
      return mayLook(member, length, calendar.step(index, member.step), calendar.step(index + 1, member.step))
    },
    look: (series, part) => {
      const member = members.get(series)
      const to = part.start + part.length
      if (member === undefined || holds(['incident', 'backfill', 'launch'], series, part.start, to)) return null
      const index = calendar.indexOf(part.start, member.step)
      const [step, next] = [calendar.step(index, member.step), calendar.step(index + 1, member.step)]
      const found = lookInside(member, part, step, next, scoring(series))
      return found === null ? null : told(series, found, null)
    },
    skip: (series, start) => {
      const member = members.get(series)
      const changes: VolumeAlarm[] = []
      if (member === undefined) return changes
      const index = calendar.indexOf(start, member.step)
      if (member.seen > 0 || newestStep(member) >= index) return changes
      member.index = index
      close(series, member, changes)
      return changes
    },
    finish: judgeHeld,
    band: (series) => {
      const counts = members.get(series)?.counts ?? null
      return counts === null ? null : countBand(counts, scoring(series))
    },
    open: (series) => {
      const member = members.get(series)
      const open = member === undefined ? null : openAlarm(member)
      return open === null ? null : told(series, open, null)
    },
    forget: (series, at) => {
      const member = members.get(series)
      if (member === undefined) return null
      members.delete(series)
      weights -= weightOf(series)
      const open = openAlarm(member)
      return open === null ? null : told(series, open, at)
    },
    save: () => ({
      tick: Number.isFinite(tick) ? tick : null,
      held: [...held],
      members,
    }),
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function told(series: string, open: OpenAlarm, closedAt: Instant | null): VolumeAlarm {
  const { kind, direction, openedAt, observed, expected, lower, upper } = open
  return { series, kind, direction, openedAt, closedAt, observed, expected, lower, upper }
}
