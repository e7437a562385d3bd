import { brokenFamily, type BrokenFamily, type FamilyCount, familySentence } from '../../judge/explain/new-family.ts'
import type { Explanation } from '../../judge/explain/explain.ts'
import { explainTogether, type Mover } from '../../judge/explain/together.ts'
import { explainVolume } from '../../judge/explain/volume.ts'
import { movementOf } from '../../judge/volume/movement.ts'
import { isOfArrivals, type StandingAlarm } from '../../judge/volume/reading.ts'
import { familyOf } from '../../judge/volume/watched.ts'
import { eventsOf, type Incident } from '../../model/incident.ts'
import { DAY, floorTo, HOUR, type Instant } from '../../model/time.ts'
import { OTHER } from '../../model/window.ts'
import type { Plan, SloPlan } from '../../plan/plan.ts'
import type { Database } from '../../store/sql.ts'
import { facetCounts } from '../../store/windows.ts'
import { streamOf } from '../volume/watched-streams.ts'
import type { Accounts } from './accounts.ts'

/** What its events' volume alarms say, and silences where several events moved; null: nothing, or no longer. */
export async function movedExplanation(
  db: Database,
  plan: Plan,
  accounts: Accounts,
  incident: Incident,
  at: Instant,
): Promise<Explanation | null> {
  const slos = plan.slos.filter(({ domain }) => domain === incident.domain)
  const own = slos.filter(({ name }) => incident.slos.includes(name))
  const alarmsOf = (event: string) =>
    own.flatMap((slo) =>
      slo.event === event && slo.kind === 'volume' ? (accounts.volume.reading(streamOf(slo), at)?.alarms ?? []) : [],
    )
  const events = eventsOf(incident)
  const [only] = events
  if (only !== undefined && events.length === 1) {
    const alarms = alarmsOf(only)
    if (alarms.length === 0) return null
    const explanation = explainVolume(alarms, at, plan.timezone)
    const broken = isLess(alarms, explanation) ? await familyOfRelease(db, plan, accounts, incident, at) : null
    return broken === null ? explanation : named(only, broken, explanation)
  }
  const movers = events.map((event) => ({
    event,
    alarms: alarmsOf(event).filter(isOfArrivals),
    silentSince: silentSince(accounts, incident, event, at),
  }))
  const moving = movers.filter(({ alarms, silentSince: since }) => alarms.length > 0 || since !== null)
  // Those that are over by now moved as well: it stays as it was explained while all did.
  if (moving.length === 0 || (moving.length < movers.length && incident.explanation.length > 0)) return null
  const isWatched = ({ kind, subject }: SloPlan) => kind === 'volume' && subject !== 'table'
  const watched = new Set([...slos.filter(isWatched).map(({ event }) => event), ...events]).size
  const explanation = explainTogether(movers, { domain: incident.domain, watched }, at, plan.timezone)
  const broken = await familyOfAll(db, plan, accounts, incident, { movers, explanation, at })
  return broken.length === 0 ? explanation : namedTogether(broken, explanation)
}

type FoundFamily = BrokenFamily & { readonly event: string }

/** The one family that lacks the records of all that moved, event by event; none: another one each, or not all of them. */
async function familyOfAll(
  db: Database,
  plan: Plan,
  accounts: Accounts,
  incident: Incident,
  { movers, explanation, at }: { movers: readonly Mover[]; explanation: Explanation; at: Instant },
): Promise<readonly FoundFamily[]> {
  const broken: FoundFamily[] = []
  for (const { event, alarms } of movers) {
    if (!isLess(alarms, explanation)) return []
    const found = await familyOfRelease(db, plan, accounts, { ...incident, event }, at)
    if (found === null || found.cause.value !== (broken[0] ?? found).cause.value) return []
    broken.push({ ...found, event })
  }
  return broken
}

function namedTogether(broken: readonly FoundFamily[], { cause, ranked, words: [head = '', ...words] }: Explanation) {
  const family = broken[0]?.cause ?? cause
  const sentences = broken.map((each) => familySentence(each.event, each))
  return {
    cause: family,
    ranked: family === null ? ranked : [family, ...ranked],
    words: [head, ...sentences, ...words],
  }
}

/** Whether records are missing that no family of versions explains yet. */
function isLess(alarms: readonly StandingAlarm[], { cause }: Explanation): boolean {
  const movement = movementOf(alarms)
  return movement?.direction === 'down' && (cause === null || cause.dimension === 'platform')
}

function named(event: string, broken: BrokenFamily, { ranked, words }: Explanation): Explanation {
  return { cause: broken.cause, ranked: [broken.cause, ...ranked], words: [familySentence(event, broken), ...words] }
}

/** A day, a week before: what the platforms' versions sent when the release that may be to blame wasn't out. */
const BEFORE = { from: 8 * DAY, to: 7 * DAY }
/** How long into an incident what versions send is looked at. */
const LOOKED_AT = 6 * HOUR

/** The family of versions that never sent the incident's event, though it sends others of the domain. */
async function familyOfRelease(
  db: Database,
  plan: Plan,
  accounts: Accounts,
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

/** The newest arrival of an event whose freshness is part of an incident, if that is too long ago. */
function silentSince(accounts: Accounts, incident: Incident, event: string, at: Instant): Instant | null {
  for (const standing of accounts.standingsOf(event)) {
    const { name, maxAge } = standing.slo
    const newest = incident.slos.includes(name) && maxAge !== null ? standing.newest() : null
    if (newest !== null && at - newest >= (maxAge ?? 0)) return newest
  }
  return null
}
