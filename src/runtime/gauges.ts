import { DAY, floorTo, HOUR, type Instant } from '../model/time.ts'
import { pointerTo } from '../observe/check/fill.ts'
import type { Plan } from '../plan/plan.ts'
import type { Evaluation as MetricsEvaluation } from '../report/metrics/registry.ts'
import type { Sql } from '../store/sql.ts'
import { findingCounts, windowsBetween } from '../store/windows.ts'
import type { Accounts } from './evaluate/accounts.ts'

/** What gauges of events show beside their SLOs: newest arrivals, fill of watched properties over a day, records of the last whole hour. */
export async function eventGauges(
  sql: Sql,
  plan: Plan,
  accounts: Accounts,
  at: Instant,
): Promise<Pick<Required<MetricsEvaluation>, 'arrivals' | 'fills' | 'volumes'>> {
  const series = accounts.plannedSeries().filter(({ event }) => plan.events.has(event) || plan.tables.has(event))
  const ids = series.map(({ id }) => id)
  const hour = floorTo(at, HOUR)
  const received = new Map<number, number>()
  const lastHour = new Map<number, number>()
  for (const { series: id, start, counts } of await windowsBetween(sql, 'hour', ids, hour - DAY, at)) {
    received.set(id, (received.get(id) ?? 0) + counts.received)
    if (start === hour - HOUR) lastHour.set(id, counts.received - counts.backfilled)
  }
  const labelled = series.map(({ id, event, source, lastArrival }) => {
    const table = plan.tables.get(event)
    const labels =
      table === undefined
        ? { domain: plan.events.get(event)?.domain ?? '', event, source }
        : { domain: table.domain, table: event, source: table.warehouse.id }
    return { id, event, source, lastArrival, labels, watched: watchedOf(plan, event) }
  })
  const fills: NonNullable<MetricsEvaluation['fills']>[number][] = []
  for (const { id, labels, watched } of labelled) {
    const total = received.get(id) ?? 0
    if (total === 0 || watched.length === 0) continue
    const unfilled = new Map<string, number>()
    for (const { finding, count } of await findingCounts(sql, [id], hour - DAY, at, 'hour')) {
      if (finding.kind === 'unfilled') unfilled.set(finding.path, count)
    }
    for (const property of watched) {
      fills.push({ ...labels, property, ratio: 1 - (unfilled.get(pointerTo(property)) ?? 0) / total })
    }
  }
  return {
    arrivals: labelled.map(({ labels, lastArrival }) => ({ ...labels, lastArrival })),
    fills,
    volumes: labelled.map(({ id, event, source, labels }, index) => {
      // A band of all sources together stands at the first of them; one of a source that an SLO names, at that one.
      const isFirst = labelled.findIndex((other) => other.event === event) === index
      const own = accounts.volume.bandOf({ event, source })
      const band = own ?? (isFirst ? accounts.volume.bandOf({ event, source: null }) : null)
      return { ...labels, observed: lastHour.get(id) ?? 0, ...(band === null ? {} : { band }) }
    }),
  }
}

/** Properties or columns whose fill is watched, with or without a goal of their own. */
function watchedOf(plan: Plan, name: string): readonly string[] {
  const contract = plan.events.get(name)?.versions.at(-1)
  if (contract !== undefined) return [...contract.watched, ...contract.goals.map(({ property }) => property)]
  const columns = plan.tables.get(name)?.columns ?? []
  return columns.flatMap(({ name: column, watched, fill }) => (watched || fill !== null ? [column] : []))
}
