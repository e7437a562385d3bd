import { iso } from '../../model/time.ts'
import type { EventPlan } from '../../plan/plan.ts'
import { unplannedSeen } from '../../store/read/arrivals.ts'
import { type NameCounts, nameCounts, type VersionCounts, versionCounts } from '../../store/read/counts.ts'
import type { Span } from '../../store/read/spans.ts'
import type { ServeDeps } from '../deps.ts'
import { compareText } from '../../model/order.ts'
import { type Paging, pageByName } from './query.ts'

const MOST_UNPLANNED = 1_000

/** `GET /api/v1/events`: what arrived over a span, by event; what has no contract; what could not be read. */
export async function eventsAnswer(
  { db, plan }: Pick<ServeDeps, 'db' | 'plan'>,
  span: Span,
  paging: Paging,
  domain: string | null,
): Promise<object> {
  const { events } = plan()
  const planned = [...events.values()]
    .filter((event) => domain === null || event.domain === domain)
    .sort((a, b) => compareText(a.name, b.name))
  const { items, next_cursor } = pageByName(planned, (event) => event.name, paging)
  const names = items.map((event) => event.name)
  const [counts, versions, seen] = await Promise.all([
    nameCounts(db, span),
    versionCounts(db, names, span),
    unplannedSeen(db),
  ])
  const countsOf = new Map(counts.filter(({ kind }) => kind === 'planned').map((row) => [row.event, row]))
  const versionsOf = Map.groupBy(versions, (row) => row.event)
  const undecodable = counts.filter(({ kind }) => kind === 'undecodable')
  return {
    since: iso(span.from),
    until: iso(span.to),
    events: items.map((event) => ({
      ...eventCounts(event, countsOf.get(event.name)),
      versions: (versionsOf.get(event.name) ?? []).map(versionDocument),
    })),
    unplanned: counts
      .filter(({ kind, event }) => kind === 'unplanned' && !events.has(event))
      .sort((a, b) => b.received - a.received || compareText(a.event, b.event))
      .slice(0, MOST_UNPLANNED)
      .map((row) => ({
        name: row.event,
        received: row.received,
        first_seen: iso(seen.get(row.event)?.first ?? row.lastArrival),
        last_seen: iso(seen.get(row.event)?.last ?? row.lastArrival),
      })),
    undecodable: undecodable.reduce((sum, row) => sum + row.received, 0),
    undecodable_reasons: Object.fromEntries(
      undecodable.sort((a, b) => compareText(a.event, b.event)).map((row) => [row.event, row.received]),
    ),
    next_cursor,
  }
}

/** The fields that the list and the single event share. `unfilled`: records with a watched property that isn't filled. */
export function eventCounts(event: EventPlan, counts: NameCounts | undefined): object {
  return {
    name: event.name,
    domain: event.domain,
    status: event.status,
    received: counts?.received ?? 0,
    invalid: counts?.invalid ?? 0,
    duplicates: counts?.duplicates ?? 0,
    late: counts?.late ?? 0,
    unfilled: counts?.incomplete ?? 0,
    last_arrival: counts === undefined || counts.lastArrival === 0 ? null : iso(counts.lastArrival),
  }
}

export function versionDocument({ appVersion, platform, received, invalid }: VersionCounts): object {
  return { app_version: appVersion, platform, received, invalid }
}
