import { createStanding, MINUTES_BACK, type Standing } from '../../judge/slo/standing.ts'
import { floorTo, HOUR, type Instant } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import type { Database } from '../../store/sql.ts'
import { readSlices } from '../../store/verdicts.ts'
import { windowsBetween } from '../../store/windows.ts'
import type { SloDocument } from './slo-document.ts'

/** An SLO's standing as of `at`, with all that the store holds for it. `series`: those that it sums. */
export async function restoreStanding(
  db: Database,
  slo: SloPlan,
  at: Instant,
  document: SloDocument | null,
  series: readonly { readonly id: number; readonly source: string }[],
): Promise<Standing> {
  const standing = createStanding(slo, at)
  const { clippedAt, newest } = document ?? { clippedAt: null, newest: null }
  if (clippedAt !== null) standing.clip(clippedAt)
  if (newest !== null) standing.setNewest(newest)
  const sources = new Map(series.map(({ id, source }) => [id, source]))
  const ids = [...sources.keys()]
  const minutesFrom = floorTo(at - MINUTES_BACK, HOUR)
  // Burn is shown over three days whatever the window, and minutes may have been removed before that.
  const hoursFrom = Math.min(floorTo(at - slo.window, HOUR), minutesFrom)
  for (const row of await windowsBetween(db, 'minute', ids, minutesFrom, Number.MAX_SAFE_INTEGER)) {
    standing.setMinute(sources.get(row.series) ?? '', row.start, row.counts)
  }
  for (const row of await windowsBetween(db, 'hour', ids, hoursFrom, at)) {
    standing.setHour(sources.get(row.series) ?? '', row.start, row.counts)
    const { lastArrival } = row.counts
    if (lastArrival > 0 && lastArrival < at) standing.setNewest(lastArrival)
  }
  for (const { hour, marks } of await readSlices(db, slo.name, hoursFrom)) standing.restoreMarks(hour, marks)
  return standing
}
