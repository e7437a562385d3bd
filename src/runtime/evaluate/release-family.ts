import { brokenFamily, type BrokenFamily, type FamilyCount } from '../../judge/explain/new-family.ts'
import { isOfArrivals } from '../../judge/volume/reading.ts'
import { familyOf } from '../../judge/volume/watched.ts'
import type { Incident } from '../../model/incident.ts'
import { DAY, floorTo, HOUR, type Instant } from '../../model/time.ts'
import { OTHER } from '../../model/window.ts'
import { facetCounts } from '../../store/windows.ts'
import { streamOf } from '../volume/watched-streams.ts'
import type { Grounds } from './grounds.ts'

/** A day, a week before: what the platforms' versions sent when the release that may be to blame wasn't out. */
const BEFORE = { from: 8 * DAY, to: 7 * DAY }
/** How long into an incident what versions send is looked at. */
const LOOKED_AT = 6 * HOUR

/** The family of versions that never sent the incident's event, though it sends others of the domain. */
export async function familyOfRelease(
  { db, plan, accounts }: Grounds,
  { event, startedAt, domain, slos }: Incident,
  at: Instant,
): Promise<BrokenFamily | null> {
  const source = plan.slos.find(({ name }) => name === slos[0])?.source ?? null
  const moved = new Set(
    plan.slos.flatMap((slo) =>
      slo.kind === 'volume' && (accounts.volume.reading(streamOf(slo), at)?.alarms ?? []).some(isOfArrivals)
        ? [slo.event]
        : [],
    ),
  )
  const series = accounts.plannedSeries().flatMap((each) => {
    const isOfDomain = plan.events.get(each.event)?.domain === domain
    const isWanted = each.event === event || !moved.has(each.event)
    return isOfDomain && isWanted && (source ?? each.source) === each.source ? [each] : []
  })
  const own = new Set(series.flatMap(({ id, event: of }) => (of === event ? [id] : [])))
  async function counts(from: Instant, to: Instant, grain: 'minute' | 'hour'): Promise<readonly FamilyCount[]> {
    const rows = await facetCounts(
      db,
      series.map(({ id }) => id),
      from,
      to,
      grain,
    )
    const families = new Map<string, FamilyCount>()
    for (const { series: id, facet, counts: sums } of rows) {
      const { platform, appVersion } = facet
      if (platform === null || platform === OTHER) continue
      const family = appVersion === null ? null : familyOf(platform, appVersion)
      const key = JSON.stringify([platform, family])
      const { own: mine, others } = families.get(key) ?? { own: 0, others: 0 }
      const received = sums.received - sums.backfilled
      families.set(key, {
        platform,
        family,
        own: mine + (own.has(id) ? received : 0),
        others: others + (own.has(id) ? 0 : received),
      })
    }
    return [...families.values()]
  }
  const start = floorTo(startedAt, HOUR)
  const before = await counts(start - BEFORE.from, start - BEFORE.to, 'hour')
  if (before.length === 0) return null
  return brokenFamily(before, await counts(startedAt, Math.min(at, startedAt + LOOKED_AT), 'minute'))
}
