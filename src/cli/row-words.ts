import { factor, percent, whole } from '../alert/figures.ts'
import type { RowReading } from '../judge/slo/row-reading.ts'
import { MINIMUM_BAD } from '../judge/slo/verdict.ts'
import { isTimeSlice } from '../model/sli.ts'
import { formatDuration, MINUTE } from '../model/time.ts'
import type { NotEvaluatedReason, Verdict } from '../model/verdict.ts'
import type { BurnRow, SloPlan } from '../plan/plan.ts'
import { round6 } from '../model/ratio.ts'

/** `page at burn 14.4: more than 1.44 % bad, both in the last 1h and in the last 5m` */
export function rowTitle(slo: SloPlan, row: BurnRow): string {
  const limit = percent(row.threshold * (1 - slo.objective))
  const what = isTimeSlice(slo.kind) ? 'of the minutes bad' : 'bad'
  return `${row.severity} at burn ${factor(row.threshold)}: more than ${limit} ${what}, both in the last ${formatDuration(row.long)} and in the last ${formatDuration(row.short)}`
}

/** Why a row is true or isn't, each of its windows in a sentence. */
export function rowSentences(slo: SloPlan, reading: RowReading): readonly string[] {
  const { row, misses } = reading
  if (misses.includes('no_records')) return [`There is nothing in the last ${formatDuration(row.long)} to go by.`]
  return [longSentence(slo, reading), shortSentence(slo, reading)]
}

function longSentence(slo: SloPlan, { row, limit, long, bound, misses }: RowReading): string {
  const seen = windowWords(slo, row.long, long.bad, long.total)
  const against = compared(bound ?? 0, limit)
  if (isTimeSlice(slo.kind)) return `${seen}, ${percent(bound ?? 0, limit)} of it: ${against}.`
  if (misses.includes('too_few_bad')) return `${seen}: fewer than ${MINIMUM_BAD} bad records never fire.`
  return `${seen} (${percent(long.bad / long.total)}), of which ${percent(bound ?? 0, limit)} is beyond doubt: ${against}.`
}

function shortSentence(slo: SloPlan, { row, limit, short, ratio }: RowReading): string {
  if (ratio === null)
    return `The last ${formatDuration(row.short)} has nothing to go by: it can't confirm that this still goes on.`
  const seen = windowWords(slo, row.short, short.bad, short.total)
  const share = percent(ratio, limit)
  const against = compared(ratio, limit)
  return isTimeSlice(slo.kind) ? `${seen}, ${share} of it: ${against}.` : `${seen} (${share}): ${against}.`
}

function compared(value: number, limit: number): string {
  return `${value > limit + 1e-9 ? 'more' : 'not more'} than ${percent(limit)}`
}

function windowWords(slo: SloPlan, length: number, bad: number, total: number): string {
  const window = `The last ${formatDuration(length)}`
  if (isTimeSlice(slo.kind))
    return `${window} has ${whole(bad)} bad minute${bad === 1 ? '' : 's'} (${whole(total)} of ${whole(length / MINUTE)} counted)`
  return `${window} has ${whole(bad)} bad of ${whole(total)}`
}

const UNJUDGED: Readonly<Partial<Record<NotEvaluatedReason, string>>> = {
  never_seen: 'Its event has never been seen: no row can be true.',
  learning: 'Its detector still learns: no row can be true.',
  ingest_behind: 'Its source is behind, so that it is not judged: no row can be true.',
  disabled: 'Its source is disabled: no row can be true.',
  table_missing: 'There is no such table: no row can be true.',
  column_missing: 'A column that the contract names is missing: no row can be true.',
  column_type: 'A time column holds no times: no row can be true.',
  permission_denied: 'The warehouse does not let Assay read the table: no row can be true.',
}

/** Why no row is looked at; null where rows are judged. */
export function unjudgedSentence({ outcome, reason }: Verdict): string | null {
  return outcome !== 'not_evaluated' || reason === null ? null : (UNJUDGED[reason as NotEvaluatedReason] ?? null)
}

/** Output form of a row. */
export function rowDocument(slo: SloPlan, reading: RowReading, judged: boolean): object {
  const { row, limit, long, short, bound, ratio, misses } = reading
  return {
    severity: row.severity,
    threshold: row.threshold,
    limit: round6(limit),
    long: { window: formatDuration(row.long), ...long, paging_bound: bound === null ? null : round6(bound) },
    short: { window: formatDuration(row.short), ...short, ratio: ratio === null ? null : round6(ratio) },
    firing: judged && misses.length === 0,
    misses,
    explanation: rowSentences(slo, reading),
  }
}
