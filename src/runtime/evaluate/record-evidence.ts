import { explain, type Explanation } from '../../judge/explain/explain.ts'
import { pointerTo } from '../../observe/check/fill.ts'
import { facetCounts, findingCounts } from '../../store/windows.ts'
import { badShare } from './bad-share.ts'
import { fillGoalsOf } from './fill-goals.ts'
import { type Grounds, LOOKED_BACK, type Stretch } from './grounds.ts'

/** What an event's records of a stretch say of its cause. `example`: a bad one. */
export async function recordEvidence(
  { db, plan, accounts }: Grounds,
  { slo, from, until }: Stretch,
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
  const apart = fillGoalsOf(plan, slo.event).map(pointerTo)
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
      ...badShare(slo.kind, counts),
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
