import { DAY, type Duration, HOUR } from '../../model/time.ts'
import { type CivilStep, FIRST_INSTANT } from './civil.ts'
import { acceptCounts } from './count-level.ts'
import { type Judged, NOTHING, stepCount } from './count-series.ts'
import { type CountSeries, emptyCountSeries, MOST_COUNT } from './count-state.ts'
import type { Bucket } from './detector.ts'
import { emptyFine, type Fine, isLookedInto, judgeFine } from './fine.ts'
import { clamp } from './residual.ts'
import { acceptShares } from './share-level.ts'
import { stepShare } from './share-series.ts'
import { emptyShareSeries, type ShareSeries } from './share-state.ts'
import type { Scoring } from './threshold.ts'
import type { OpenAlarm } from './watch.ts'

/** One series of a fleet, with what has come of its current step: an hour, or its bucket where that is longer. Plain data. */
export interface Member {
  readonly counts: CountSeries | null
  readonly shares: ShareSeries | null
  /** Of counts in buckets shorter than an hour, or in hours that have been looked into. */
  fine: Fine | null
  readonly step: Duration
  /** Buckets that make a step. */
  readonly parts: number
  /** The step being filled: its number, the sums so far, and the buckets seen. */
  index: number
  count: number
  total: number
  seen: number
  /** How much later than their step or its parts the buckets begin: days at local midnight, hours at half past. */
  shift: Duration
}

/** A series whose first bucket this is: with a total it is a share. */
export function newMember(bucket: Bucket): Member {
  const parts = Math.max(1, Math.round(HOUR / bucket.length))
  const step = parts * bucket.length
  const perDay = Math.max(1, Math.round(DAY / step))
  return {
    counts: bucket.total === null ? emptyCountSeries(perDay) : null,
    shares: bucket.total === null ? null : emptyShareSeries(perDay),
    fine: bucket.total === null && parts > 1 ? emptyFine(bucket.length) : null,
    step,
    parts,
    index: 0,
    count: 0,
    total: 0,
    seen: 0,
    shift: 0,
  }
}

/** Adds a bucket to the step being filled. What is no count (negative, infinite) counts as none. */
export function fill(member: Member, index: number, bucket: Bucket): void {
  const since = bucket.start - FIRST_INSTANT - index * member.step
  member.shift = member.parts === 1 ? since : since - Math.floor(since / bucket.length) * bucket.length
  member.index = index
  member.count += sane(bucket.count)
  member.total += sane(bucket.total ?? 0)
  member.seen += 1
}

/** What the bucket that was filled last shows inside its hour: an alarm, which is then the series' open one. */
export function judgeBucket(
  member: Member,
  bucket: Bucket,
  step: CivilStep,
  next: CivilStep,
  scoring: Scoring,
): OpenAlarm | null {
  const { counts, fine, parts } = member
  if (counts === null || fine === null) return null
  const part = clamp(Math.floor((bucket.start - step.start) / bucket.length), 0, parts - 1)
  return opened(counts, judgeFine({ fine, series: counts, step, next, parts, scoring }, part, sane(bucket.count)))
}

function opened({ watch }: CountSeries, found: OpenAlarm | null): OpenAlarm | null {
  if (found !== null) Object.assign(watch, { open: found, fast: found.direction === 'up' ? 3 : -3, quiet: 0 })
  return found
}

/** Days in which hours are looked into without alarm, to learn how records come inside of them. */
const LEARNT_INSIDE = DAY

/** Whether there is something to be seen inside this step of a series that is counted in whole ones. To be asked before the first look. */
export function mayLook(member: Member, length: Duration, step: CivilStep, next: CivilStep): boolean {
  if (member.counts === null || member.parts !== 1 || step.length !== HOUR) return false
  member.fine ??= emptyFine(length, Math.round(LEARNT_INSIDE / length))
  return isLookedInto(member.fine, member.counts, step, next)
}

/** What a part of such a step shows, before it is over. The step itself is filled by its own bucket. */
export function lookInside(
  member: Member,
  bucket: Bucket,
  step: CivilStep,
  next: CivilStep,
  scoring: Scoring,
): OpenAlarm | null {
  const { counts, fine } = member
  if (counts === null || fine === null || counts.rings.last !== step.index - 1) return null
  const parts = Math.round(step.length / bucket.length)
  const part = clamp(Math.floor((bucket.start - step.start) / bucket.length), 0, parts - 1)
  return opened(counts, judgeFine({ fine, series: counts, step, next, parts, scoring }, part, sane(bucket.count)))
}

/** Days in which a series of counts borrows the season of others that are older than this. */
const YOUNG_DAYS = 7

/** Whether its own weeks don't tell a series' season yet. */
export function isYoung({ counts }: Member): boolean {
  return counts !== null && counts.rings.last - counts.rings.first + 1 < YOUNG_DAYS * counts.rings.perDay
}

/** Judges the step that was filled. `leftOut`, or more than a quarter of it missing: as if it hadn't been observed. */
export function closeStep(
  member: Member,
  step: CivilStep,
  leftOut: boolean,
  scoring: Scoring,
  lenders: readonly CountSeries[],
): Judged {
  const enough = !leftOut && member.seen * 4 >= member.parts * 3
  const { count, total, seen, parts } = member
  member.count = 0
  member.total = 0
  member.seen = 0
  if (member.counts !== null)
    return stepCount(member.counts, step, enough ? (count * parts) / seen : null, scoring, lenders)
  if (member.shares !== null) return stepShare(member.shares, step, enough ? count : null, total, scoring)
  return NOTHING
}

/** Takes the level that an open alarm found for the normal one. */
export function acceptNormal(member: Member, step: CivilStep): OpenAlarm | null {
  if (member.counts !== null) return acceptCounts(member.counts)
  return member.shares === null ? null : acceptShares(member.shares, step)
}

/** Number of the newest step that was judged or left out; -1: none. */
export function newestStep({ counts, shares }: Member): number {
  return counts?.rings.last ?? shares?.last ?? -1
}

export function openAlarm(member: Member): OpenAlarm | null {
  return member.counts?.watch.open ?? member.shares?.watch.open ?? null
}

function sane(count: number): number {
  return count > 0 ? Math.min(count, MOST_COUNT) : 0
}
