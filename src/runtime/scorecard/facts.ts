import { measureOf } from '../../judge/sli/measure.ts'
import type { Ratio } from '../../model/ratio.ts'
import { isTimeSlice } from '../../model/sli.ts'
import { type Duration, type Instant, MINUTE } from '../../model/time.ts'
import { emptyCounts, mergeCounts, type WindowCounts } from '../../model/window.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import type { EventFacts, MonthFacts, SloFacts, SourceFacts } from '../../report/scorecard/facts.ts'
import type { Month } from '../../report/scorecard/month.ts'
import { joined, observedMinutes, type Stretch, without } from '../../report/scorecard/stretches.ts'
import { readNote } from '../../store/notes.ts'
import { observedSpans, sourceProgress } from '../../store/positions.ts'
import {
  incidentsOpened,
  judgedSlos,
  type JudgedSlo,
  monthCounts,
  monthSlices,
  type MonthSlices,
} from '../../store/read/month.ts'
import type { Sql } from '../../store/sql.ts'
import { allSeries, type StoredSeries } from '../../store/windows.ts'
import { ACCOUNTS_NOTE, type AccountsNote } from '../evaluate/accounts.ts'
import { type Firsts, NO_FIRSTS } from '../evaluate/firsts.ts'
import { type Watermark, watermarkOf } from '../evaluate/watermark.ts'

/** How far a source may be behind a month that isn't over before the rest of it counts as unobserved. */
const BEHIND: Duration = 10 * MINUTE
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
  return {
    month,
    until,
    environment: plan.environment,
    plan: plan.hash,
    domains: [...plan.domains.values()].map(({ name, owner, tier }) => ({ name, owner: owner.team, tier })),
    slos: slosOf(plan, judged, span).map((slo): SloFacts => {
      const own = series.filter(
        ({ kind, event, source }) => kind === 'planned' && event === slo.event && (slo.source ?? source) === source,
      )
      return {
        ...slo,
        counted: countedOf(slo, own, counts, slices.get(slo.slo)),
        sources: decidingSources(slo, firsts, month.to),
        observedFrom: observedFrom(slo, firsts),
      }
    }),
    events: [...plan.events.values()].map(({ name, domain, owner, status }): EventFacts => {
      const sources = arrived.flatMap(({ kind, event, source }) =>
        kind === 'planned' && event === name ? [source] : [],
      )
      return { name, domain, owner, status, received: planned.get(name) ?? 0, sources: [...new Set(sources)].sort() }
    }),
    unplanned: [...names].map(([name, received]) => ({ name, received })),
    undecodable: [...receivedOf('undecodable').values()].reduce((sum, received) => sum + received, 0),
    sources: await sourcesOf(sql, plan, arrived, firsts, { from: month.from, to: Math.min(month.to, until) }),
    incidents: await incidentsOpened(sql, span),
  }
}

/** What is promised of an event, with whether its hours are marked because its windows don't say them. */
interface Promised extends Omit<SloFacts, 'counted' | 'sources' | 'observedFrom'> {
  readonly marked: boolean
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
function slosOf(plan: Plan, judged: ReadonlyMap<string, JudgedSlo>, { from }: Stretch): Promised[] {
  const held = new Map(plan.slos.map((slo) => [slo.name, slo]))
  const gone = [...judged.values()].filter(({ slo, judgedUntil }) => !held.has(slo) && judgedUntil > from)
  return [
    ...plan.slos.map((slo) => inForce(slo, judged.get(slo.name))),
    ...gone.flatMap(({ slo, newest, first }): Promised[] => {
      if (newest === null) return []
      const { domain, event, kind, source, objective } = first ?? newest
      const minTotal = isTimeSlice(kind) ? 0 : MIN_TOTAL
      return [{ slo, domain, event, kind, source, objective, minTotal, inForce: false, marked: false }]
    }),
  ]
}

/** Held against the objective with which the month began, so that neither a laxer nor a stricter one reaches back. */
function inForce(slo: SloPlan, judged: JudgedSlo | undefined): Promised {
  const { name, domain, event, kind, source, minTotal, active } = slo
  const first = judged?.first ?? null
  const same = first !== null && first.event === event && first.kind === kind
  const objective = same ? first.objective : slo.objective
  return { slo: name, domain, event, kind, source, objective, minTotal, inForce: true, marked: active !== null }
}

function countedOf(
  { kind, marked }: Promised,
  series: readonly StoredSeries[],
  counts: ReadonlyMap<number, WindowCounts>,
  slices: MonthSlices | undefined,
): Ratio {
  const measure = measureOf(kind)
  if (measure === null || marked || (slices?.sums.length ?? 0) > 0)
    return slices === undefined ? { good: 0, total: 0 } : ratioOf(slices)
  const all = emptyCounts()
  for (const { id } of series) {
    const own = counts.get(id)
    if (own !== undefined) mergeCounts(all, own)
  }
  const { bad, total } = measure(all)
  return { good: total - bad, total }
}

function ratioOf({ good, bad, sums }: MonthSlices): Ratio {
  const all = { good, total: good + bad }
  for (const sum of sums) {
    const [wrong = 0, total = 0] = sum.split('/').map(Number)
    all.good += total - wrong
    all.total += total
  }
  return all
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

/** When each source of the plan, or that brought records in the month, had something to be observed, and what of it wasn't. */
async function sourcesOf(
  sql: Sql,
  plan: Plan,
  arrived: readonly StoredSeries[],
  firsts: Firsts,
  span: Stretch,
): Promise<SourceFacts[]> {
  const types = new Map(plan.sources.map(({ id, type }) => [id, type]))
  const progress = new Map((await sourceProgress(sql)).map(({ source, partitions }) => [source, partitions]))
  const ids = [...new Set([...types.keys(), ...arrived.map(({ source }) => source)])].sort()
  const found: SourceFacts[] = []
  for (const id of ids) {
    const watermark = watermarkOf(progress.get(id) ?? [], types.get(id) ?? null)
    const expected = expectedOf(firsts.sources[id] ?? null, watermark, types.has(id), span)
    const spans =
      types.get(id) === 'file' || expected === null ? null : await observedSpans(sql, id, expected.from, expected.to)
    found.push({
      id,
      expected,
      unobserved: expected === null ? [] : unobservedOf(expected, watermark, spans, types.get(id) === 'kafka'),
    })
  }
  return found
}

/** From its first record on, to the end of the span; of a source that is complete or gone, to its own. Without a watermark nobody knows how far it was read. */
function expectedOf(
  first: Instant | null,
  watermark: Watermark | null,
  inPlan: boolean,
  span: Stretch,
): Stretch | null {
  if (first === null) return null
  const from = Math.max(span.from, first)
  if (watermark === null) return inPlan && from < span.to ? { from, to: span.to } : null
  const isOver = watermark.complete || !inPlan || span.to - watermark.at <= BEHIND
  const to = isOver ? Math.min(span.to, watermark.at) : span.to
  return from < to ? { from, to } : null
}

/** `spans`: by partition, when it listened; null or empty: whatever came before its watermark has been read. */
function unobservedOf(
  expected: Stretch,
  watermark: Watermark | null,
  spans: ReadonlyMap<string, readonly { readonly started: Instant; readonly ended: Instant }[]> | null,
  isStream: boolean,
): Stretch[] {
  if (spans === null || spans.size === 0) {
    return without(expected, [{ from: expected.from, to: Math.max(expected.from, watermark?.at ?? expected.from) }])
  }
  const listened = [...spans.values()].map((own) => own.map(({ started, ended }) => ({ from: started, to: ended })))
  if (!isStream) return without(expected, observedMinutes(listened))
  // Of a stream every partition must have been read.
  return joined(listened.flatMap((own) => without(expected, observedMinutes([own]))))
}
