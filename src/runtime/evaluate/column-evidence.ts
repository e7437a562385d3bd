import { explainColumns } from '../../judge/explain/columns.ts'
import type { Explanation } from '../../judge/explain/explain.ts'
import { pointerTo } from '../../observe/check/fill.ts'
import { findingCounts, windowsBetween } from '../../store/windows.ts'
import { badShare } from './bad-share.ts'
import { fillGoalsOf } from './fill-goals.ts'
import { type Grounds, LOOKED_BACK, type Stretch } from './grounds.ts'

/** Which columns make a table's rows bad. Tables keep no rows: there is no example but the counts. */
export async function columnEvidence(
  { db, plan, accounts }: Grounds,
  { slo, from, until }: Stretch,
): Promise<Explanation> {
  const ids = accounts.seriesOf(slo).map(({ id }) => id)
  const apart = new Set(fillGoalsOf(plan, slo.event).map(pointerTo))
  const [now, before, found, foundBefore] = await Promise.all([
    windowsBetween(db, 'minute', ids, from, until),
    windowsBetween(db, 'minute', ids, from - LOOKED_BACK, from),
    findingCounts(db, ids, from, until, 'minute'),
    findingCounts(db, ids, from - LOOKED_BACK, from, 'minute'),
  ])
  const sum = (rows: typeof now, of: 'bad' | 'all'): number =>
    rows.reduce((total, { counts }) => total + badShare(slo.kind, counts)[of], 0)
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
