import { measureOf } from '../judge/sli/measure.ts'
import { zoneOffset } from '../judge/slo/active.ts'
import type { Instant } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import { type MonthOfIncidents, type MonthOfSlo, scorecardDocument } from '../report/scorecard/scorecard.ts'
import { allIncidents } from '../store/incidents.ts'
import type { Sql } from '../store/sql.ts'
import { readSlices } from '../store/verdicts.ts'
import { allSeries, windowsBetween } from '../store/windows.ts'

/** What the store's hours, slices and incidents come to, month by month of the workspace's zone. */
export async function scorecardOf(sql: Sql, plan: Plan): Promise<object> {
  const offsetAt = zoneOffset(plan.timezone)
  const monthOf = (at: Instant): string => new Date(at + offsetAt(at)).toISOString().slice(0, 7)
  const series = await allSeries(sql)
  const slos: MonthOfSlo[] = []
  for (const slo of plan.slos) {
    const measure = measureOf(slo.kind)
    if (measure === null || slo.active !== null) {
      for (const { hour, marks } of await readSlices(sql, slo.name, 0))
        slos.push({ month: monthOf(hour), slo: slo.name, counted: ratioOf(marks) })
      continue
    }
    const ids = series
      .filter(
        ({ kind, event, source }) => kind === 'planned' && event === slo.event && (slo.source ?? source) === source,
      )
      .map(({ id }) => id)
    for (const { start, counts } of await windowsBetween(sql, 'hour', ids, 0, Number.MAX_SAFE_INTEGER)) {
      const { bad, total } = measure(counts)
      slos.push({ month: monthOf(start), slo: slo.name, counted: { good: total - bad, total } })
    }
  }
  const incidents = (await allIncidents(sql)).map(
    ({ openedAt, resolvedAt, domain }): MonthOfIncidents => ({
      month: monthOf(openedAt),
      domain,
      resolved: resolvedAt !== null,
    }),
  )
  return scorecardDocument(plan, slos, incidents)
}

/** An hour's marks: minutes as `+`, `-`, `.`, or `bad/total` of the minutes that count. */
function ratioOf(marks: string): { good: number; total: number } {
  const [bad, total] = marks.split('/')
  if (total !== undefined) return { good: Number(total) - Number(bad), total: Number(total) }
  const good = marks.replaceAll(/[^+]/g, '').length
  return { good, total: good + marks.replaceAll(/[^-]/g, '').length }
}
