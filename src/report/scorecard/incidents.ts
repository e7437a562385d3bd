import type { Incident } from '../../model/incident.ts'
import { round6 } from '../../model/ratio.ts'
import { DAY, type Instant, SECOND } from '../../model/time.ts'
import type { IncidentsDocument } from './document.ts'

/**
 * What became, by `asOf`, of incidents that opened in a month. A resolve after it isn't known yet, so that a scorecard that is
 * worked out anew later says the same.
 */
export function incidentFigures(incidents: readonly Incident[], asOf: Instant): IncidentsDocument {
  const lasted = incidents
    .flatMap(({ openedAt, resolvedAt }) => (resolvedAt !== null && resolvedAt < asOf ? [resolvedAt - openedAt] : []))
    .sort((a, b) => a - b)
  const inADay = lasted.filter((duration) => duration <= DAY).length
  const stillInTime = incidents.filter(
    ({ openedAt, resolvedAt }) => (resolvedAt === null || resolvedAt >= asOf) && openedAt + DAY > asOf,
  ).length
  const due = incidents.length - stillInTime
  return {
    opened: incidents.length,
    resolved: lasted.length,
    open: incidents.length - lasted.length,
    median_seconds_to_resolve: medianOf(lasted),
    share_resolved_24h: due === 0 ? null : round6(inADay / due),
    regressions: incidents.filter(({ regressionOf }) => regressionOf !== null).length,
  }
}

/** In seconds; the mean of the middle two of an even number. `sorted` ascending, in ms. */
function medianOf(sorted: readonly number[]): number | null {
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : Math.round((lower + upper) / 2 / SECOND)
}
