import { incidentId } from '../../judge/incidents/incident-id.ts'
import { type Incident, JUST_OPENED } from '../../model/incident.ts'
import { tableOfSource, tableSource } from '../../model/subject.ts'
import { floorTo, type Instant, MINUTE } from '../../model/time.ts'
import type { NotEvaluatedReason } from '../../model/verdict.ts'
import { openIncidents } from '../../store/incidents.ts'
import type { Sql } from '../../store/sql.ts'

/** Domain and first SLO of the incident about Assay itself: it is no event's, and nobody's promise. */
const DOMAIN = 'assay'
const NAME = 'ingest-behind'
/** Sources named in the title, sentences of the explanation. */
const MOST_NAMED = 3
const MOST_SAID = 6

/** What is known of why sources stand still, by source. */
export type Standstills = ReadonlyMap<string, Standstill>

/** Why one source stands still. */
export interface Standstill {
  readonly reason: NotEvaluatedReason
  /** Whole sentences for people. */
  readonly text: string
}

/** The one incident that says that Assay itself can't see: opens when a source stands still, resolves when all move. */
export interface AboutAssay {
  /** What the standstill makes of it; null: nothing new. While it isn't known of one of its sources whether it moves again, it stays open. */
  readonly next: (
    behind: ReadonlyMap<string, Instant>,
    now: Instant,
    why: Standstills,
    isUndecided: (source: string) => boolean,
  ) => { readonly change: 'opened' | 'resolved'; readonly incident: Incident } | null
  /** Replaces it by one with more said of it. */
  readonly amend: (incident: Incident) => void
  readonly open: () => readonly Incident[]
}

/** Goes on with the one that the store holds open, if any. */
export async function openAboutAssay(sql: Sql, environment: string): Promise<AboutAssay> {
  const stored = await openIncidents(sql)
  let current: Incident | null = stored.find(({ domain, event }) => domain === DOMAIN && event === null) ?? null
  return {
    next: (behind, now, why, isUndecided) => {
      const at = floorTo(now, MINUTE)
      if (current === null && behind.size > 0) {
        return { change: 'opened', incident: opened(environment, behind, at, why) }
      }
      if (current === null || behind.size > 0 || sourcesOf(current).some(isUndecided)) return null
      const incident: Incident = {
        ...current,
        endedAt: at,
        resolvedAt: at,
        resolution: 'recovered',
        timeline: [...current.timeline, { at, what: 'resolved', text: 'every source moves again' }],
      }
      return { change: 'resolved', incident }
    },
    amend: (incident) => {
      current = incident.resolvedAt === null ? incident : null
    },
    open: () => (current === null ? [] : [current]),
  }
}

function opened(environment: string, behind: ReadonlyMap<string, Instant>, at: Instant, why: Standstills): Incident {
  const startedAt = Math.min(...behind.values())
  const sources = [...behind.keys()].sort()
  const names = sources.map(nameOf)
  const text = `nothing new from ${listed(names)}: its SLOs are not judged`
  return {
    id: incidentId(environment, DOMAIN, NAME, at),
    environment,
    domain: DOMAIN,
    event: null,
    slos: [NAME],
    severity: 'ticket',
    startedAt,
    openedAt: at,
    ...JUST_OPENED,
    affected: sources.map((source) => ({
      kind: tableOfSource(source) === null ? 'source' : 'table',
      name: nameOf(source),
    })),
    regressionOf: null,
    explanation: [text, ...new Set(sources.flatMap((source) => why.get(source)?.text ?? []))].slice(0, MOST_SAID),
    timeline: [
      { at: startedAt, what: 'started', text: 'the watermark stands still' },
      { at, what: 'opened', text },
    ],
  }
}

/** The sources that stood still when it opened. */
function sourcesOf({ affected }: Incident): readonly string[] {
  return affected.map(({ kind, name }) => (kind === 'table' ? tableSource(name) : name))
}

function nameOf(source: string): string {
  return tableOfSource(source) ?? source
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ')
}
