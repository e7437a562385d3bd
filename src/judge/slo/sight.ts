import { isTimeSlice } from '../../model/sli.ts'
import { type Duration, formatDuration, HOUR, MINUTE } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import { rowIsTrue } from './verdict.ts'

/** What an SLO can see: how long a total failure, after clean hours at this traffic, lasts until a row is true. */
export interface Sight {
  readonly perHour: number
  /** Null: never within the row's long window. */
  readonly page: Duration | null
  readonly ticket: Duration | null
}

/** Records a standstill needs to be seen at `perHour` records an hour, evenly spread; found by stepping through the minutes. */
export function sightOf(slo: SloPlan, perHour: number): Sight {
  const soonest = (severity: 'page' | 'ticket'): Duration | null => {
    const times = slo.rows
      .filter((row) => row.severity === severity)
      .flatMap((row) => timeUntilTrue(slo, row, perHour) ?? [])
    return times.length === 0 ? null : Math.min(...times)
  }
  return { perHour, page: soonest('page'), ticket: soonest('ticket') }
}

function timeUntilTrue(slo: SloPlan, row: SloPlan['rows'][number], perHour: number): Duration | null {
  const perMinute = isTimeSlice(slo.kind) ? 1 : (perHour * MINUTE) / HOUR
  const records = (length: Duration): number => Math.floor((length / MINUTE) * perMinute + 1e-9)
  for (let failing = MINUTE; failing <= row.long; failing += MINUTE) {
    const bad = records(failing)
    const long = { bad, total: Math.max(bad, records(row.long)) }
    // A record that has just come is in the short window, however seldom they come.
    const justCame = records(failing) > records(failing - MINUTE) ? 1 : 0
    const shortBad = Math.max(justCame, records(Math.min(failing, row.short)))
    const short = { bad: shortBad, total: Math.max(shortBad, records(row.short)) }
    if (rowIsTrue(slo, row, long, short)) return failing
  }
  return null
}

/** The sentence for `lint`, `status` and `slo`: `at 6 an hour this pages after 30m; 2 bad records never page`. */
export function sightSentence(slo: SloPlan, sight: Sight): string {
  if (slo.rows.length === 0) return 'it has no burn rows: it is shown, and never fires'
  const first = sight.page === null ? 'this never pages' : `this pages after ${formatDuration(sight.page)}`
  const second = sight.ticket === null ? '' : `, opens a ticket after ${formatDuration(sight.ticket)}`
  if (isTimeSlice(slo.kind)) return `of uninterrupted bad minutes ${first}${second}`
  const rate =
    sight.perHour >= 120
      ? `${Math.round(sight.perHour / 60)} a minute`
      : `${Math.round(sight.perHour * 10) / 10} an hour`
  return `at ${rate}, if every record is bad, ${first}${second}; 2 bad records never fire`
}
