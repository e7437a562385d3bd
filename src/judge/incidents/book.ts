import { type Affected, type Cause, eventsOf, type Incident, type TimelineEntry } from '../../model/incident.ts'
import { SEVERITY_RANK, type Severity } from '../../model/sli.ts'
import { DAY, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { SloPlan } from '../../plan/plan.ts'
import type { MinuteJudgement, Standing } from '../slo/standing.ts'
import { type Movement, movedTogether } from '../volume/movement.ts'
import { incidentId } from './incident-id.ts'
import { lastBadMinute, startOfRun } from './run.ts'

/** Minutes with a record, or counted slices, for which every row must have been false before an incident resolves. */
const CALM_MINUTES = 15
/** Events whose volume moves within so long of each other move by one cause. */
const TOGETHER = 3 * HOUR
/** An incident whose records stopped coming resolves after this long, as `no_data`. */
const FORGOTTEN = 7 * DAY
/** A new breach of the same first SLO within this long of a resolve is a regression. */
const REGRESSION = 7 * DAY
/** Without a record for this long, an open incident is shown as `no_data`. */
const SILENT = 15 * MINUTE

export type IncidentChange = 'opened' | 'raised' | 'joined' | 'resolved' | 'manual'

/** What is followed while an incident is open. Plain data: it is stored with the incident. */
export interface Tracking {
  /** Highest severity of a row that was true, before the cap. */
  readonly highest: 'page' | 'ticket'
  readonly slos: Readonly<Record<string, Followed>>
  /** How its records moved, if it began with a volume alarm or a silence: others of its domain that move so join it. */
  readonly movement?: Movement | null
}

/** One SLO of an open incident. */
export interface Followed {
  /** Minutes that count towards the resolve, and when the last of them was. */
  readonly calm: number
  readonly calmAt: Instant
  /** End of the last minute that held a record. */
  readonly heldAt: Instant
  /** Start of the last bad minute, which may be older than minutes are kept. */
  readonly badAt: Instant
}

export interface OpenIncident {
  readonly incident: Incident
  readonly tracking: Tracking
}

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
  let resolved = [...deps.resolved]

  function takeOne(at: Instant, { standing, judgement }: Judged): ChangedIncident[] {
    const { slo } = standing
    const { firing } = judgement.verdict
    const known = incidentOf(slo) ?? (firing === null ? undefined : together(at, slo, judgement))
    if (known === undefined) {
      if (firing === null) return []
      const opened = openIncident(at, standing, judgement, firing)
      open.set(slo.event, opened)
      return [{ change: 'opened', incident: opened.incident }]
    }
    const lead = known.incident.event ?? slo.event
    const risen = firing === null ? { incident: known.incident, change: null } : rise(at, known, slo, firing)
    const { change } = risen
    let { incident } = risen
    const highest = firing === 'page' ? 'page' : known.tracking.highest
    const slos = { ...known.tracking.slos }
    if (incident.slos.includes(slo.name))
      slos[slo.name] = followed(at, slos[slo.name] ?? begin(at, standing, incident), judgement, highest)
    if (!eventsOf(incident).includes(slo.event)) {
      incident = withEvent(incident, slo.event)
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

  function withEvent(incident: Incident, event: string): Incident {
    const more = deps
      .affectedBy(event)
      .filter(({ kind, name }) => !incident.affected.some((known) => known.kind === kind && known.name === name))
    return { ...incident, events: [...eventsOf(incident), event], affected: [...incident.affected, ...more] }
  }

  function openIncident(
    at: Instant,
    standing: Standing,
    judgement: MinuteJudgement,
    firing: 'page' | 'ticket',
  ): OpenIncident {
    const { slo } = standing
    resolved = resolved.filter((old) => old.resolvedAt > at - REGRESSION)
    const before = resolved.findLast((old) => old.domain === slo.domain && old.firstSlo === slo.name)
    // A volume alarm is about the hour that has just ended.
    const startedAt = slo.kind === 'volume' ? at - HOUR : startOfRun(standing, at, judgement.rows)
    const severity = capped(firing, slo)
    const incident: Incident = {
      id: incidentId(deps.environment, slo.domain, slo.name, at),
      environment: deps.environment,
      domain: slo.domain,
      event: slo.event,
      ...(slo.subject === 'table' ? { subject: slo.subject } : {}),
      slos: [slo.name],
      severity,
      startedAt,
      openedAt: at,
      endedAt: null,
      resolvedAt: null,
      resolution: null,
      cause: null,
      affected: deps.affectedBy(slo.event),
      regressionOf: before?.id ?? null,
      notifications: 0,
      explanation: [],
      noData: false,
      timeline: [
        { at: startedAt, what: 'started', text: `first bad minute of ${slo.name}` },
        { at, what: 'opened', text: `${whatBreaks(slo)}: ${severity}` },
      ],
    }
    const slos = { [slo.name]: begin(at, standing, incident) }
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
    const text = forgotten ? 'no record for 7 days' : `${CALM_MINUTES} minutes without a true row`
    const done: Incident = {
      ...incident,
      endedAt,
      resolvedAt,
      resolution: forgotten ? 'no_data' : 'recovered',
      noData: forgotten,
      timeline: [
        ...incident.timeline,
        { at: endedAt, what: 'ended', text: 'last minute with a bad record' },
        { at: resolvedAt, what: 'resolved', text },
      ],
    }
    open.delete(event)
    for (const each of eventsOf(incident)) if (leads.get(each) === event) leads.delete(each)
    resolved.push({ id: done.id, domain: done.domain, firstSlo: done.slos[0] ?? '', resolvedAt })
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

/** An open incident with an SLO that fires: joined if it wasn't part of it, raised if this is worse than what was. */
function rise(
  at: Instant,
  { incident }: OpenIncident,
  slo: SloPlan,
  firing: 'page' | 'ticket',
): { incident: Incident; change: IncidentChange | null } {
  const severity = capped(firing, slo)
  const joins = !incident.slos.includes(slo.name)
  const raises = SEVERITY_RANK[severity] > SEVERITY_RANK[incident.severity]
  if (!joins && !raises) return { incident, change: null }
  const entry: TimelineEntry = raises
    ? { at, what: 'raised', text: `${slo.name}: from ${incident.severity} to ${severity}` }
    : { at, what: 'joined', text: `${whatBreaks(slo)} as well` }
  return {
    incident: {
      ...incident,
      slos: joins ? [...incident.slos, slo.name] : incident.slos,
      severity: raises ? severity : incident.severity,
      timeline: [...incident.timeline, entry],
    },
    change: raises ? 'raised' : 'joined',
  }
}

/** An SLO that has just become part of an incident. */
function begin(at: Instant, standing: Standing, { startedAt }: Incident): Followed {
  return { calm: 0, calmAt: at, heldAt: at, badAt: lastBadMinute([standing], startedAt, at) }
}

function followed(at: Instant, before: Followed, judgement: MinuteJudgement, highest: 'page' | 'ticket'): Followed {
  const heldAt = judgement.holds ? at : before.heldAt
  const badAt = judgement.bad ? at - MINUTE : before.badAt
  const { firing } = judgement.verdict
  const burning = firing !== null && SEVERITY_RANK[firing] >= SEVERITY_RANK[highest]
  if (burning) return { calm: 0, calmAt: at, heldAt, badAt }
  if (!judgement.holds || before.calm >= CALM_MINUTES) return { ...before, heldAt, badAt }
  return { calm: before.calm + 1, calmAt: at, heldAt, badAt }
}

/** Whether an SLO is about how many records come, not about what is wrong with them. */
function isOfArrivals({ kind }: SloPlan): boolean {
  return kind === 'volume' || kind === 'freshness'
}

function whatBreaks({ name, kind }: SloPlan): string {
  return kind === 'volume' ? `${name}: its volume isn’t what was expected` : `${name} burns its budget too fast`
}

function capped(firing: 'page' | 'ticket', slo: SloPlan): Severity {
  return SEVERITY_RANK[firing] > SEVERITY_RANK[slo.severity] ? slo.severity : firing
}

/** A cause and its words, as `explain` found them, in the incident. */
export function explained(incident: Incident, cause: Cause | null, words: readonly string[]): Incident {
  return { ...incident, cause, explanation: words }
}
