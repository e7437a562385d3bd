import { measureOf } from '../../judge/sli/measure.ts'
import type { Ratio } from '../../model/ratio.ts'
import type { SliKind } from '../../model/sli.ts'
import { floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import { emptyCounts, mergeCounts, type WindowCounts } from '../../model/window.ts'
import type { HourSum, MonthSlices } from '../../store/read/month.ts'
import type { Span } from '../../store/read/spans.ts'
import type { Sql } from '../../store/sql.ts'
import { type StoredSeries, windowsBetween } from '../../store/windows.ts'

/** What has to be known of an SLO to count what the month holds of it. */
export interface Countable {
  readonly kind: SliKind
  /** It has active hours, or had them when it was last judged: its hours are stored, since its windows hold inactive ones as well. */
  readonly marked: boolean
  /** The end of the first minute of the month that was written down; null: none was. */
  readonly judgedFrom: Instant | null
}

/**
 * Good and total of a month. `counts`: what each series holds in all of it. Of an SLO whose active hours were added or taken
 * away meanwhile, the stored hours count where there are some, and whole windows in the hours in which it had none.
 */
export async function countedOf(
  sql: Sql,
  slo: Countable,
  series: readonly StoredSeries[],
  counts: ReadonlyMap<number, WindowCounts>,
  slices: MonthSlices | undefined,
  month: Span,
): Promise<Ratio> {
  const measure = measureOf(slo.kind)
  if (measure === null) return { good: slices?.good ?? 0, total: (slices?.good ?? 0) + (slices?.bad ?? 0) }
  const sums = slices?.sums ?? []
  // Nothing of it was judged yet.
  if (sums.length === 0 && slo.marked && slo.judgedFrom === null) return { good: 0, total: 0 }
  const all = emptyCounts()
  for (const own of sums.length === 0 ? countsOf(series, counts) : await betweenSums(sql, slo, series, sums, month))
    mergeCounts(all, own)
  const { bad, total } = measure(all)
  return sums.reduce((sum, hour) => ({ good: sum.good + hour.total - hour.bad, total: sum.total + hour.total }), {
    good: total - bad,
    total,
  })
}

function countsOf(series: readonly StoredSeries[], counts: ReadonlyMap<number, WindowCounts>): WindowCounts[] {
  return series.flatMap(({ id }) => counts.get(id) ?? [])
}

/** The windows of the hours in which all of its records counted: those without a sum, but for hours that weren't judged yet with it. */
async function betweenSums(
  sql: Sql,
  { marked, judgedFrom }: Countable,
  series: readonly StoredSeries[],
  sums: readonly HourSum[],
  { from, to }: Span,
): Promise<WindowCounts[]> {
  const summed = new Set(sums.map(({ hour }) => hour))
  const first = Math.min(...summed)
  const last = Math.max(...summed)
  const since = judgedFrom !== null && floorTo(judgedFrom - MINUTE, HOUR) < first ? from : first
  const until = marked ? last : to
  if (since === first && until === last && summed.size === (last - first) / HOUR + 1) return []
  const ids = series.map(({ id }) => id)
  const rows = await windowsBetween(sql, 'hour', ids, since, until)
  return rows.flatMap(({ start, counts }) => (summed.has(start) ? [] : [counts]))
}
