import type { Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LiveCounts } from '../../store/read/arrivals.ts'
import { type HourCounts, type VersionCounts, versionCounts } from '../../store/read/counts.ts'
import type { Span } from '../../store/read/spans.ts'
import type { Sql } from '../../store/sql.ts'
import { compareText } from '../../model/order.ts'

/** What arrived under one name, for the table of events. */
export interface EventLine {
  readonly name: string
  readonly domain: string
  readonly sources: readonly string[]
  readonly lastMinutes: number
  readonly received: number
  readonly invalid: number
  readonly lastArrival: Instant | null
  readonly versions: readonly VersionCounts[]
}

/** Every event that has arrived, the liveliest first. */
export function eventLines(
  plan: Plan,
  hours: readonly HourCounts[],
  live: readonly LiveCounts[],
  arrivals: ReadonlyMap<string, Instant>,
): EventLine[] {
  const planned = <Row extends { kind: string; event: string }>(rows: readonly Row[]) =>
    Map.groupBy(
      rows.filter(({ kind }) => kind === 'planned'),
      ({ event }) => event,
    )
  const [byHour, byMinute] = [planned(hours), planned(live)]
  return [...plan.events.values()]
    .filter(({ name }) => arrivals.has(name))
    .map(({ name, domain }) => {
      const [day, minutes] = [byHour.get(name) ?? [], byMinute.get(name) ?? []]
      return {
        name,
        domain,
        sources: minutes.map(({ source }) => source).sort(compareText),
        lastMinutes: minutes.reduce((sum, row) => sum + row.received, 0),
        received: day.reduce((sum, row) => sum + row.received, 0),
        invalid: day.reduce((sum, row) => sum + row.invalid, 0),
        lastArrival: arrivals.get(name) ?? null,
        versions: [],
      }
    })
    .sort((a, b) => b.lastMinutes - a.lastMinutes || b.received - a.received || compareText(a.name, b.name))
}

/** The lines that are shown, with the app versions they came from. */
export async function withVersions(sql: Sql, lines: readonly EventLine[], span: Span): Promise<EventLine[]> {
  const names = lines.map(({ name }) => name)
  const versions = Map.groupBy(await versionCounts(sql, names, span), ({ event }) => event)
  return lines.map((line) => ({ ...line, versions: versions.get(line.name) ?? [] }))
}
