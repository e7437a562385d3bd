import { isTimeSlice } from '../../model/sli.ts'
import type { SubjectKind } from '../../model/subject.ts'
import { floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { WindowCounts } from '../../model/window.ts'
import type { EventPlan, Plan, SloPlan } from '../../plan/plan.ts'
import type { TablePlan } from '../../plan/table-plan.ts'
import type { EventFacts, MonthFacts, SloFacts } from '../../report/scorecard/facts.ts'
import type { Month } from '../../report/scorecard/month.ts'
import type { Stretch } from '../../report/scorecard/stretches.ts'
import { readNote } from '../../store/notes.ts'
import {
  incidentsOpened,
  judgedSlos,
  type JudgedSlo,
  monthCounts,
  type MonthSlices,
  monthSlices,
} from '../../store/read/month.ts'
import type { Sql } from '../../store/sql.ts'
import { allSeries, type StoredSeries } from '../../store/windows.ts'
import { ACCOUNTS_NOTE, type AccountsNote } from '../evaluate/accounts.ts'
import { type Firsts, NO_FIRSTS } from '../evaluate/firsts.ts'
import { type Countable, countedOf } from './counted.ts'
import { sourceFacts } from './source-facts.ts'

/** `min_total` of an SLO that is no longer in the plan: the default. */
const MIN_TOTAL = 20

/** What the store holds of a month, up to `until`. Whole hours, so that the hour that runs is in it as far as it goes. */
export async function monthFacts(sql: Sql, plan: Plan, month: Month, until: Instant): Promise<MonthFacts> {
  const span = { from: month.from, to: month.to }
  const series = await allSeries(sql)
  const counts = await monthCounts(sql, span)
  const judged = await judgedSlos(sql, span)
  const slices = await monthSlices(sql, span)
  const firsts = (await readNote<AccountsNote>(sql, ACCOUNTS_NOTE))?.firsts ?? NO_FIRSTS
  const arrived = series.filter(({ id }) => (counts.get(id)?.received ?? 0) > 0)
  const receivedOf = (kind: StoredSeries['kind']) => receivedBy(arrived, counts, kind)
  const planned = receivedOf('planned')
  const known = (name: string): boolean => plan.events.has(name)
  // Records of a contract that is gone have none now.
  const unplanned = [...receivedOf('unplanned'), ...[...planned].filter(([name]) => !known(name))]
  const names = new Map<string, number>()
  for (const [name, received] of unplanned) if (!known(name)) names.set(name, (names.get(name) ?? 0) + received)
  const slos: SloFacts[] = []
  for (const slo of slosOf(plan, judged, slices, span)) {
    const own = series.filter(
      ({ kind, event, source }) => isJudged(kind) && event === slo.event && (slo.source ?? source) === source,
    )
    const counted = await countedOf(sql, slo, own, counts, slices.get(slo.slo), span)
    const sources = decidingSources(slo, firsts, month.to)
    slos.push({ ...slo, counted, sources, observedFrom: observedFrom(slo, firsts) })
  }
  return {
    month,
    until,
    environment: plan.environment,
    plan: plan.hash,
    domains: [...plan.domains.values()].map(({ name, owner, tier }) => ({ name, owner: owner.team, tier })),
    slos,
    events: [
      ...[...plan.events.values()].map((event) => eventFacts(event, 'event', planned, arrived)),
      ...[...plan.tables.values()].map((table) => eventFacts(table, 'table', receivedOf('table'), arrived)),
    ],
    unplanned: [...names].map(([name, received]) => ({ name, received })),
    undecodable: [...receivedOf('undecodable').values()].reduce((sum, received) => sum + received, 0),
    sources: await sourceFacts(sql, plan, arrived, firsts, { from: month.from, to: Math.min(month.to, until) }),
    incidents: await incidentsOpened(sql, span),
  }
}

/** What is promised of an event, with what has to be known to count it. */
type Promised = Omit<SloFacts, 'counted' | 'sources' | 'observedFrom'> & Countable

function eventFacts(
  { name, domain, owner, status }: EventPlan | TablePlan,
  subject: SubjectKind,
  received: ReadonlyMap<string, number>,
  arrived: readonly StoredSeries[],
): EventFacts {
  const sources = arrived.flatMap(({ kind, event, source }) => (isJudged(kind) && event === name ? [source] : []))
  return {
    name,
    subject,
    domain,
    owner,
    status,
    received: received.get(name) ?? 0,
    sources: [...new Set(sources)].sort(),
  }
}

/** Series that have a contract: events' and tables'. */
function isJudged(kind: StoredSeries['kind']): boolean {
  return kind === 'planned' || kind === 'table'
}

function receivedBy(
  arrived: readonly StoredSeries[],
  counts: ReadonlyMap<number, WindowCounts>,
  wanted: StoredSeries['kind'],
): Map<string, number> {
  const received = new Map<string, number>()
  for (const { id, kind, event } of arrived) {
    if (kind === wanted) received.set(event, (received.get(event) ?? 0) + (counts.get(id)?.received ?? 0))
  }
  return received
}

/** The plan's SLOs, then those that were judged in the month and aren't in the plan any more. */
function slosOf(
  plan: Plan,
  judged: ReadonlyMap<string, JudgedSlo>,
  slices: ReadonlyMap<string, MonthSlices>,
  { from }: Stretch,
): Promised[] {
  const held = new Map(plan.slos.map((slo) => [slo.name, slo]))
  const gone = [...judged.values()].filter(({ slo, judgedUntil }) => !held.has(slo) && judgedUntil > from)
  return [
    ...plan.slos.map((slo) => inForce(slo, judged.get(slo.name))),
    ...gone.flatMap(({ slo, newest, first, judgedUntil }): Promised[] => {
      if (newest === null) return []
      const { domain, event, subject = 'event', kind, source, objective } = first ?? newest
      const minTotal = isTimeSlice(kind) || kind === 'volume' ? 0 : MIN_TOTAL
      const marked = slices.get(slo)?.sums.at(-1)?.hour === floorTo(judgedUntil - MINUTE, HOUR)
      const judgedFrom = first?.at ?? null
      return [{ slo, domain, event, subject, kind, source, objective, minTotal, inForce: false, marked, judgedFrom }]
    }),
  ]
}

/** Held against the objective with which the month began, so that neither a laxer nor a stricter one reaches back. */
function inForce(slo: SloPlan, judged: JudgedSlo | undefined): Promised {
  const { name, domain, event, subject = 'event', kind, source, minTotal, active } = slo
  const first = judged?.first ?? null
  const same = first !== null && first.event === event && first.kind === kind
  const objective = same ? first.objective : slo.objective
  return {
    slo: name,
    domain,
    event,
    subject,
    kind,
    source,
    objective,
    minTotal,
    inForce: true,
    marked: active !== null,
    judgedFrom: first?.at ?? null,
  }
}

function decidingSources(slo: Promised, firsts: Firsts, before: Instant): readonly string[] {
  if (slo.source !== null) return [slo.source]
  const carrying = Object.entries(firsts.events[slo.event] ?? {}).flatMap(([id, first]) => (first < before ? [id] : []))
  return (carrying.length > 0 ? carrying : Object.keys(firsts.sources)).sort()
}

function observedFrom({ source, event }: Promised, firsts: Firsts): Instant | null {
  if (source !== null) return firsts.sources[source] ?? null
  const carried = Object.values(firsts.events[event] ?? {})
  return carried.length === 0 ? null : Math.min(...carried)
}
