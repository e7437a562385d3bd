import { type Affected, eventsOf, type Incident } from '../../model/incident.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import type { MinuteJudgement, Standing } from '../slo/standing.ts'
import { movedTogether } from '../volume/movement.ts'
import { opened, resolved, risen, withEvent } from './course.ts'
import { lastBadMinute, startOfRun } from './run.ts'
import { begin, CALM_MINUTES, followed, type OpenIncident } from './tracking.ts'

/** Events whose volume moves within so long of each other move by one cause. */
const TOGETHER = 3 * HOUR
/** An incident whose records stopped coming resolves after this long, as `no_data`. */
const FORGOTTEN = 7 * DAY
/** A new breach of the same first SLO within this long of a resolve is a regression. */
const REGRESSION = 7 * DAY
/** Without a record for this long, an open incident is shown as `no_data`. */
const SILENT = 15 * MINUTE

export type IncidentChange = 'opened' | 'raised' | 'joined' | 'resolved' | 'manual'

/** A resolved incident, as far as a regression needs it. */
export interface Resolved {
  readonly id: string
  readonly domain: string
  readonly firstSlo: string
  readonly resolvedAt: Instant
}

/** One SLO's judgement in the minute under way. */
export interface Judged {
  readonly standing: Standing
  readonly judgement: MinuteJudgement
}

export interface ChangedIncident {
  readonly change: IncidentChange
  readonly incident: Incident
}

/** Which incidents are open, and what each minute makes of them. */
export interface IncidentBook {
  /** Takes in every SLO judged at `at`, sorted by name; answers what changed, in that order. Clips the standings of an event that resolved. */
  readonly take: (at: Instant, judged: readonly Judged[]) => readonly ChangedIncident[]
  readonly open: () => readonly OpenIncident[]
  /** Replaces an open or just changed incident by one with more said of it. */
  readonly amend: (incident: Incident) => void
}

export interface IncidentBookDeps {
  readonly environment: string
  readonly restored: readonly OpenIncident[]
  readonly resolved: readonly Resolved[]
  /** Every standing of an event: a resolve clips them all, judged in this minute or not. */
  readonly standingsOf: (event: string) => readonly Standing[]
  readonly affectedBy: (event: string) => readonly Affected[]
}

export function createIncidentBook(deps: IncidentBookDeps): IncidentBook {
  /** By its first event: a breach joins the open incident of its event. */
  const open = new Map<string, OpenIncident>()
  /** The first event of the open incident that an event joined because they moved together. */
  const leads = new Map<string, string>()
  for (const restored of deps.restored) {
    const lead = restored.incident.event
    if (lead === null) continue
    open.set(lead, restored)
    for (const event of eventsOf(restored.incident)) if (event !== lead) leads.set(event, lead)
  }
  let past = [...deps.resolved]

  function takeOne(at: Instant, { standing, judgement }: Judged): ChangedIncident[] {
    const { slo } = standing
    const { firing } = judgement.verdict
    const known = incidentOf(slo) ?? (firing === null ? undefined : together(at, slo, judgement))
    if (known === undefined) {
      if (firing === null) return []
      const first = openIncident(at, standing, judgement, firing)
      open.set(slo.event, first)
      return [{ change: 'opened', incident: first.incident }]
    }
    const lead = known.incident.event ?? slo.event
    const now = firing === null ? { incident: known.incident, change: null } : risen(at, known.incident, slo, firing)
    const { change } = now
    let { incident } = now
    const highest = firing === 'page' ? 'page' : known.tracking.highest
    const slos = { ...known.tracking.slos }
    if (incident.slos.includes(slo.name))
      slos[slo.name] = followed(at, slos[slo.name] ?? begin(at, standing, incident), judgement, highest)
    if (!eventsOf(incident).includes(slo.event)) {
      incident = withEvent(incident, slo.event, deps.affectedBy(slo.event))
      leads.set(slo.event, lead)
    }
    const movement = known.tracking.movement ?? (firing === null ? null : movementSince(known, slo, judgement))
    const tracking = { ...known.tracking, highest, slos, ...(movement === null ? {} : { movement }) }
    open.set(lead, { incident, tracking })
    return change === null ? [] : [{ change, incident }]
  }

  /**
   * The open incident that an SLO is part of, or that a breach of it joins: its event's. Where the event is in another one's because they
   * moved together, how many of its records come belongs there, and what is wrong with them doesn't.
   */
  function incidentOf(slo: SloPlan): OpenIncident | undefined {
    const own = open.get(slo.event)
    const group = open.get(leads.get(slo.event) ?? '')
    const partOf = [group, own].find((each) => each?.incident.slos.includes(slo.name) === true)
    return partOf ?? (isOfArrivals(slo) ? (group ?? own) : own)
  }

  /** An incident that began with a silence before its event's volume was known moves as the alarm that joins it says. */
  function movementSince({ incident }: OpenIncident, slo: SloPlan, { movement = null }: MinuteJudgement) {
    const [first] = incident.slos
    const began = deps.standingsOf(slo.event).find((standing) => standing.slo.name === first)
    return slo.kind === 'volume' && began?.slo.kind === 'freshness' ? movement : null
  }

  /** The open incident of the domain that began not long ago with events that moved the same way: with a volume alarm, or a silence. */
  function together(at: Instant, slo: SloPlan, { movement = null }: MinuteJudgement): OpenIncident | undefined {
    if (slo.subject === 'table' || movement === null) return undefined
    return [...open.values()].find(
      ({ incident, tracking }) =>
        incident.domain === slo.domain &&
        incident.subject !== 'table' &&
        Math.abs(at - incident.openedAt) <= TOGETHER &&
        tracking.movement != null &&
        movedTogether(tracking.movement, movement),
    )
  }

  function openIncident(
    at: Instant,
    standing: Standing,
    judgement: MinuteJudgement,
    firing: 'page' | 'ticket',
  ): OpenIncident {
    const { slo } = standing
    past = past.filter((old) => old.resolvedAt > at - REGRESSION)
    const before = past.findLast((old) => old.domain === slo.domain && old.firstSlo === slo.name)
    // A volume alarm is about the hour that has just ended.
    const startedAt = slo.kind === 'volume' ? at - HOUR : startOfRun(standing, at, judgement.rows)
    const incident = opened(at, slo, firing, {
      environment: deps.environment,
      startedAt,
      affected: deps.affectedBy(slo.event),
      regressionOf: before?.id ?? null,
    })
    const slos = { [slo.name]: followed(at, begin(at, standing, incident), judgement, firing) }
    const { movement = null } = judgement
    return { incident, tracking: { highest: firing, slos, ...(movement === null ? {} : { movement }) } }
  }

  /** Every open incident whose SLOs have all been calm long enough, or which nothing has been heard of for a week. */
  function resolveDue(at: Instant, touched: ReadonlySet<string>): ChangedIncident[] {
    const changes: ChangedIncident[] = []
    for (const [event, { incident, tracking }] of [...open].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!eventsOf(incident).some((each) => touched.has(each))) continue
      const slos = Object.values(tracking.slos)
      const heldAt = Math.max(...slos.map((slo) => slo.heldAt))
      const forgotten = at - heldAt >= FORGOTTEN
      if (forgotten || slos.every((slo) => slo.calm >= CALM_MINUTES)) {
        const resolvedAt = forgotten ? at : Math.max(...slos.map((slo) => slo.calmAt))
        const badAt = Math.max(incident.startedAt, ...slos.map((slo) => slo.badAt))
        changes.push({ change: 'resolved', incident: resolve(event, incident, badAt, resolvedAt, forgotten) })
      } else if (incident.noData !== at - heldAt >= SILENT) {
        open.set(event, { incident: { ...incident, noData: !incident.noData }, tracking })
      }
    }
    return changes
  }

  function resolve(
    event: string,
    incident: Incident,
    badAt: Instant,
    resolvedAt: Instant,
    forgotten: boolean,
  ): Incident {
    const standings = eventsOf(incident).flatMap(deps.standingsOf)
    const own = standings.filter((standing) => incident.slos.includes(standing.slo.name))
    const endedAt = lastBadMinute(own, badAt, resolvedAt)
    const done = resolved(incident, endedAt, resolvedAt, forgotten)
    open.delete(event)
    for (const each of eventsOf(incident)) if (leads.get(each) === event) leads.delete(each)
    past.push({ id: done.id, domain: done.domain, firstSlo: done.slos[0] ?? '', resolvedAt })
    // What is still followed elsewhere goes on there.
    const followedNow = new Set([...open.values()].flatMap((other) => other.incident.slos))
    for (const standing of standings) if (!followedNow.has(standing.slo.name)) standing.clip(resolvedAt)
    return done
  }

  return {
    take: (at, judged) => {
      const changes = judged.flatMap((one) => takeOne(at, one))
      if (open.size === 0) return changes
      const touched = new Set(judged.map(({ standing }) => standing.slo.event))
      return [...changes, ...resolveDue(at, touched)]
    },
    open: () => [...open.values()],
    amend: (incident) => {
      const known = incident.event === null ? undefined : open.get(incident.event)
      if (incident.event !== null && known?.incident.id === incident.id) {
        open.set(incident.event, { incident, tracking: known.tracking })
      }
    },
  }
}

/** Whether an SLO is about how many records come, not about what is wrong with them. */
function isOfArrivals({ kind }: SloPlan): boolean {
  return kind === 'volume' || kind === 'freshness'
}
