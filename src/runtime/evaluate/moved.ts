import { type BrokenFamily, familySentence } from '../../judge/explain/new-family.ts'
import type { Explanation } from '../../judge/explain/explain.ts'
import { explainTogether, type Mover } from '../../judge/explain/together.ts'
import { explainVolume } from '../../judge/explain/volume.ts'
import { movementOf } from '../../judge/volume/movement.ts'
import { isOfArrivals, type StandingAlarm } from '../../judge/volume/reading.ts'
import { eventsOf, type Incident } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import { streamOf } from '../volume/watched-streams.ts'
import type { Accounts } from './accounts.ts'
import type { Grounds } from './grounds.ts'
import { familyOfRelease } from './release-family.ts'

/** What its events' volume alarms say, and silences where several events moved; null: nothing, or no longer. */
export async function movedExplanation(grounds: Grounds, incident: Incident, at: Instant): Promise<Explanation | null> {
  const { plan, accounts } = grounds
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
    const broken = isLess(alarms, explanation) ? await familyOfRelease(grounds, incident, at) : null
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
  const broken = await familyOfAll(grounds, incident, { movers, explanation, at })
  return broken.length === 0 ? explanation : namedTogether(broken, explanation)
}

type FoundFamily = BrokenFamily & { readonly event: string }

/** The one family that lacks the records of all that moved, event by event; none: another one each, or not all of them. */
async function familyOfAll(
  grounds: Grounds,
  incident: Incident,
  { movers, explanation, at }: { movers: readonly Mover[]; explanation: Explanation; at: Instant },
): Promise<readonly FoundFamily[]> {
  const broken: FoundFamily[] = []
  for (const { event, alarms } of movers) {
    if (!isLess(alarms, explanation)) return []
    const found = await familyOfRelease(grounds, { ...incident, event }, at)
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

/** The newest arrival of an event whose freshness is part of an incident, if that is too long ago. */
function silentSince(accounts: Accounts, incident: Incident, event: string, at: Instant): Instant | null {
  for (const standing of accounts.standingsOf(event)) {
    const { name, maxAge } = standing.slo
    const newest = incident.slos.includes(name) && maxAge !== null ? standing.newest() : null
    if (newest !== null && at - newest >= (maxAge ?? 0)) return newest
  }
  return null
}
