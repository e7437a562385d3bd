import type { Incident } from '../../../model/incident.ts'
import type { EventSample } from '../../../model/sample.ts'
import { SEVERITY_RANK } from '../../../model/sli.ts'
import { type Instant, MINUTE } from '../../../model/time.ts'
import type { Plan } from '../../../plan/plan.ts'
import { lastArrivals, liveCounts, unplannedSeen } from '../../../store/read/arrivals.ts'
import { type HourCounts, hourCounts } from '../../../store/read/counts.ts'
import { lastResolved, listIncidents } from '../../../store/read/incidents.ts'
import { samplesOf } from '../../../store/read/samples.ts'
import { dayUntil, type Span } from '../../../store/read/spans.ts'
import type { ServeDeps } from '../../deps.ts'
import { compareText } from '../../../model/order.ts'
import { type Standing, standings } from '../../standing.ts'
import type { DaemonStatus } from '../../status.ts'
import { type TableLine, tableLines } from '../../tables.ts'
import { type EventLine, eventLines, withVersions } from '../event-lines.ts'
import { type Clock, clockIn } from '../words.ts'

/** How many a page shows in full; the rest is a line or a link, so that it stays below 100 kB. */
export const SHOWN = {
  cards: 6,
  incidents: 54,
  domains: 10,
  slos: 30,
  events: 25,
  stubs: 5,
  unplanned: 30,
  resolved: 10,
} as const

export interface UnplannedLine {
  readonly name: string
  readonly received: number
  readonly first: Instant
  readonly last: Instant
  readonly samples: readonly EventSample[]
}

/** All that Home shows, read at one moment. */
export interface Home {
  readonly plan: Plan
  readonly status: DaemonStatus
  readonly clock: Clock
  readonly base: string
  readonly day: Span
  readonly standings: readonly Standing[]
  /** The worst first. */
  readonly open: readonly Incident[]
  readonly resolved: readonly Incident[]
  readonly hours: readonly HourCounts[]
  readonly events: readonly EventLine[]
  readonly tables: readonly TableLine[]
  readonly unplanned: readonly UnplannedLine[]
  readonly undecodable: number
}

export async function readHome(deps: ServeDeps, base: string): Promise<Home> {
  const { db } = deps
  const [plan, status, now] = [deps.plan(), deps.status(), deps.now()]
  const day = dayUntil(now)
  const [all, open, resolved, hours, live, arrivals, tables] = await Promise.all([
    standings(db, plan, plan.slos),
    listIncidents(db, { state: 'open', limit: 1_000 }),
    lastResolved(db, SHOWN.resolved),
    hourCounts(db, day),
    liveCounts(db, now - 15 * MINUTE),
    lastArrivals(db),
    tableLines(db, plan, day),
  ])
  const lines = eventLines(plan, hours, live, arrivals)
  const shown = lines.slice(0, SHOWN.events)
  return {
    plan,
    status,
    clock: clockIn(plan.timezone, now),
    base,
    day,
    standings: all,
    open: open.sort((a, b) => SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || b.openedAt - a.openedAt),
    resolved,
    hours,
    events: [...(await withVersions(db, shown, day)), ...lines.slice(SHOWN.events)],
    tables,
    unplanned: await unplannedLines(deps, plan, hours),
    undecodable: hours.reduce((sum, row) => sum + (row.kind === 'undecodable' ? row.received : 0), 0),
  }
}

async function unplannedLines({ db }: ServeDeps, plan: Plan, hours: readonly HourCounts[]): Promise<UnplannedLine[]> {
  const counts = new Map<string, number>()
  for (const { kind, event, received } of hours) {
    if (kind === 'unplanned' && !plan.events.has(event)) counts.set(event, (counts.get(event) ?? 0) + received)
  }
  if (counts.size === 0) return []
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]))
  const [seen, samples] = await Promise.all([
    unplannedSeen(db),
    samplesOf(
      db,
      'unplanned',
      sorted.slice(0, SHOWN.stubs).map(([name]) => name),
    ),
  ])
  return sorted.flatMap(([name, received]) => {
    const times = seen.get(name)
    if (times === undefined) return []
    return { name, received, ...times, samples: samples.filter(({ event }) => event === name) }
  })
}
