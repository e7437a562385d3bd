import type { Judgement } from '../../model/observation.ts'
import { DAY, type Duration, type Instant } from '../../model/time.ts'
import type { WindowCounts } from '../../model/window.ts'
import { pointerTo } from '../check/fill.ts'
import { addFinding, type SeriesPage } from './book.ts'

/** What a record is counted by, beside its judgement. */
export interface Seen {
  arrivedAt: Instant
  /** Null: it has no id. */
  duplicate: boolean | null
  /** From its event time to its arrival; null: it has no event time. */
  delay: Duration | null
  /** Over the `max_delay` of its event. */
  late: boolean
}

/** Adds one judged record to a minute. */
export function countRecord(
  counts: WindowCounts,
  judged: Judgement,
  { arrivedAt, duplicate, delay, late }: Seen,
): void {
  countArrival(counts, arrivedAt)
  if (judged.outcome === 'invalid') counts.invalid += 1
  if (judged.unfilled.length > 0) counts.incomplete += 1
  if (duplicate !== null) counts.identified += 1
  if (duplicate === true) counts.duplicates += 1
  if (delay === null) return
  counts.timed += 1
  if (late) counts.late += 1
  if (delay > DAY) counts.backfilled += 1
}

/** Adds a record of which only the arrival is known. */
export function countArrival(counts: WindowCounts, arrivedAt: Instant): void {
  counts.received += 1
  if (arrivedAt > counts.lastArrival) counts.lastArrival = arrivedAt
}

/** Adds everything that was found in one record, each by its name. */
export function countFindings(page: SeriesPage, minute: Instant, judged: Judgement): void {
  const { violations, unfilled, unfilledGoals, unplannedProperties } = judged
  const { series } = page
  for (const { path, keyword, message } of violations) {
    addFinding(page, series.finding('violation', path, keyword, message), minute)
  }
  for (const property of unfilled) addFinding(page, series.finding('unfilled', pointerTo(property), '', ''), minute)
  for (const property of unfilledGoals) {
    addFinding(page, series.finding('unfilled', pointerTo(property), '', ''), minute)
  }
  for (const property of unplannedProperties) {
    addFinding(page, series.finding('unplanned_property', pointerTo(property), '', ''), minute)
  }
}
