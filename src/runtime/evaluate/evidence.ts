import { explain, type Explanation } from '../../judge/explain/explain.ts'
import { explainColumns } from '../../judge/explain/columns.ts'
import { explained } from '../../judge/incidents/course.ts'
import { type Cause, eventsOf, type Incident } from '../../model/incident.ts'
import { isShownByRecords, type SliKind } from '../../model/sli.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { WindowCounts } from '../../model/window.ts'
import { pointerTo } from '../../observe/check/fill.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import { latestExample } from '../../store/quarantine.ts'
import type { Database } from '../../store/sql.ts'
import { facetCounts, findingCounts, windowsBetween } from '../../store/windows.ts'
import type { Accounts } from './accounts.ts'
import { movedExplanation } from './moved.ts'

/** An explanation looks at this much of an incident, from its start. */
const LOOKED_AT = 6 * HOUR
/** Sentences of what joined an incident, beside those of what it began with. */
const ALSO = 3
/** A stretch before a silence or a table's bad rows that is looked at beside them. */
const LOOKED_BACK = 2 * HOUR
/** Ages at which an open incident is explained again, beside each whole hour of it. */
const EARLY = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE]

/** Whether an open incident's explanation is due for another look. */
export function isDueForAnotherLook(incident: Incident, at: Instant): boolean {
  const age = at - incident.openedAt
  return EARLY.includes(age) || (age > 0 && age % HOUR === 0 && age <= LOOKED_AT)
}

/** The incident with its likely cause and the words for it, over [started_at, min(ended_at + 1 min, started_at + 6 h)). */
export async function explainIncident(
  db: Database,
  plan: Plan,
  accounts: Accounts,
  incident: Incident,
  at: Instant,
): Promise<{ incident: Incident; example: string | null }> {
  const own = incident.slos.flatMap((name) => plan.slos.find((slo) => slo.name === name) ?? [])
  const [slo] = own
  if (slo === undefined || incident.event === null) return { incident, example: null }
  const moved = await movedExplanation(db, plan, accounts, incident, at)
  if (moved === null && (slo.kind === 'volume' || eventsOf(incident).length > 1)) {
    // After the alarm it stays as it was explained.
    return { incident, example: null }
  }
  const other = own.find(({ kind }) => kind !== 'volume')
  if (moved !== null && (other === undefined || eventsOf(incident).length > 1)) {
    return { incident: told(incident, moved, at), example: null }
  }
  const until = Math.min(incident.endedAt === null ? at : incident.endedAt + MINUTE, incident.startedAt + LOOKED_AT)
  const seen = await recordsExplanation(db, plan, accounts, { slo: other ?? slo, incident, until })
  return { incident: told(incident, both(slo, seen.explanation, moved), at), example: seen.example }
}

/** What was first is told first; what joined it is named as well. */
function both(first: SloPlan, records: Explanation, volume: Explanation | null): Explanation {
  if (volume === null) return records
  const [main, more] = first.kind === 'volume' ? [volume, records] : [records, volume]
  return { cause: main.cause ?? more.cause, ranked: main.ranked, words: [...main.words, ...more.words.slice(0, ALSO)] }
}

/** What is wrong with an event's records, or since when there are none. */
async function recordsExplanation(
  db: Database,
  plan: Plan,
  accounts: Accounts,
  { slo, incident, until }: { readonly slo: SloPlan; readonly incident: Incident; readonly until: Instant },
): Promise<{ explanation: Explanation; example: string | null }> {
  const from = incident.startedAt
  if (slo.subject === 'table' && (slo.kind === 'validity' || slo.kind === 'completeness'))
    return { explanation: await columnsOf(db, plan, accounts, slo, from, until), example: null }
  const isShown = plan.slos.some(({ name, kind }) => incident.slos.includes(name) && isShownByRecords(kind))
  const example = isShown ? await latestExample(db, slo.event, from, until) : null
  return { explanation: await evidenceOf(db, plan, accounts, slo, from, until, example), example }
}

/** The incident with an explanation, and a line in its history where it names another cause. */
function told(incident: Incident, { cause, words }: Explanation, at: Instant): Incident {
  const now = explained(incident, cause, words)
  if (cause === null || nameOf(incident.cause) === nameOf(cause)) return now
  return { ...now, timeline: [...now.timeline, { at, what: 'explained', text: words[0] ?? '' }] }
}

/** What a cause names; its shares move with every record and are no news. */
function nameOf(cause: Cause | null): string {
  return cause === null ? '' : `${cause.dimension}=${cause.value}`
}

async function evidenceOf(
  db: Database,
  plan: Plan,
  accounts: Accounts,
  slo: SloPlan,
  from: Instant,
  until: Instant,
  example: string | null,
): Promise<Explanation> {
  const series = accounts.seriesOf(slo)
  const ids = series.map(({ id }) => id)
  const sourceOf = new Map(series.map(({ id, source }) => [id, source]))
  const facets = await facetCounts(db, ids, from, until, 'minute')
  // A silence shows only beside what came before it, and what may be so old came that much earlier.
  const since = from - LOOKED_BACK - (slo.maxAge ?? 0)
  const before = slo.kind === 'freshness' ? await facetCounts(db, ids, since, from, 'minute') : []
  const lastArrival = Math.max(0, ...before.map(({ counts }) => counts.lastArrival))
  const apart = goalsOf(plan, slo.event).map(pointerTo)
  const findings = await findingCounts(db, ids, from, until, 'minute')
  return explain({
    kind: slo.kind,
    event: slo.event,
    ...(slo.subject === undefined ? {} : { subject: slo.subject }),
    startedAt: from,
    until,
    facets: facets.map(({ series: id, facet, counts }) => ({
      source: sourceOf.get(id) ?? '',
      facet,
      ...share(slo.kind, counts),
    })),
    before: before.map(({ series: id, facet, counts }) => ({
      source: sourceOf.get(id) ?? '',
      facet,
      all: counts.received,
    })),
    lastArrival: lastArrival === 0 ? null : lastArrival,
    findings,
    apart,
    example,
    timezone: plan.timezone,
  })
}

/** Which columns make a table's rows bad. Tables keep no rows: there is no example but the counts. */
async function columnsOf(
  db: Database,
  plan: Plan,
  accounts: Accounts,
  slo: SloPlan,
  from: Instant,
  until: Instant,
): Promise<Explanation> {
  const ids = accounts.seriesOf(slo).map(({ id }) => id)
  const apart = new Set(goalsOf(plan, slo.event).map(pointerTo))
  const [now, before, found, foundBefore] = await Promise.all([
    windowsBetween(db, 'minute', ids, from, until),
    windowsBetween(db, 'minute', ids, from - LOOKED_BACK, from),
    findingCounts(db, ids, from, until, 'minute'),
    findingCounts(db, ids, from - LOOKED_BACK, from, 'minute'),
  ])
  const sum = (rows: typeof now, of: 'bad' | 'all'): number =>
    rows.reduce((total, { counts }) => total + share(slo.kind, counts)[of], 0)
  const seenBefore = new Map(foundBefore.map(({ finding, count }) => [JSON.stringify(finding), count]))
  return explainColumns({
    kind: slo.kind,
    startedAt: from,
    until,
    rows: sum(now, 'all'),
    bad: sum(now, 'bad'),
    rowsBefore: sum(before, 'all'),
    lookedBack: LOOKED_BACK,
    findings: found
      .filter(({ finding }) => finding.kind !== 'unfilled' || !apart.has(finding.path))
      .map((one) => ({ ...one, before: seenBefore.get(JSON.stringify(one.finding)) ?? 0 })),
    timezone: plan.timezone,
  })
}

/** Properties or columns with a fill goal of their own. */
function goalsOf(plan: Plan, name: string): readonly string[] {
  const important = plan.events.get(name)?.important ?? []
  const columns = plan.tables.get(name)?.columns ?? []
  return [
    ...important.flatMap(({ property, fill }) => (fill === null ? [] : [property])),
    ...columns.flatMap(({ name: column, fill }) => (fill === null ? [] : [column])),
  ]
}

function share(kind: SliKind, counts: WindowCounts): { bad: number; all: number } {
  switch (kind) {
    case 'validity':
      return { bad: counts.invalid, all: counts.received }
    case 'completeness':
      return { bad: counts.incomplete, all: counts.received }
    case 'uniqueness':
      return { bad: counts.duplicates, all: counts.identified }
    case 'timeliness':
      return { bad: counts.late, all: counts.timed }
    case 'freshness':
    case 'volume':
    case 'landing':
    case 'lag':
      return { bad: 0, all: counts.received }
  }
}
