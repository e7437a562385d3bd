import type { Severity } from './sli.ts'
import type { SubjectKind } from './subject.ts'
import type { Instant } from './time.ts'

/** Where the bad records come from. Shares are of records: 0.94 of the bad, 0.11 of all. */
export interface Cause {
  /** One dimension, or a pair: `platform+app_version`. */
  readonly dimension: string
  /** `android+4.3.0` */
  readonly value: string
  readonly shareOfBad: number
  readonly shareOfAll: number
  readonly lift: number
}

/** How an incident came to its end. */
export type Resolution = 'recovered' | 'no_data' | 'manual'

/** What the incident drags down: the event, its tables, dashboards. */
export interface Affected {
  readonly kind: string
  readonly name: string
}

/** One cause, whatever the number of SLOs it drags down. `event` is null for one about Assay itself, a table's name where `subject` says so. */
export interface Incident {
  readonly id: string
  readonly environment: string
  readonly domain: string
  readonly event: string | null
  /** Events of its domain that moved together, in the order in which they joined, `event` first; absent: `event` alone. */
  readonly events?: readonly string[]
  /** Absent: an event. */
  readonly subject?: SubjectKind
  /** Sorted by when their row was first true, ties by name: the first gives the id. */
  readonly slos: readonly string[]
  readonly severity: Severity
  readonly startedAt: Instant
  readonly openedAt: Instant
  readonly endedAt: Instant | null
  readonly resolvedAt: Instant | null
  readonly resolution: Resolution | null
  readonly cause: Cause | null
  readonly affected: readonly Affected[]
  readonly regressionOf: string | null
  /** How many notifications were written for it. */
  readonly notifications: number
  /** Ranked explanation in words, newest evaluation; what the page and the alert print. */
  readonly explanation: readonly string[]
  /** No record of its SLIs arrives while it is open. */
  readonly noData: boolean
  readonly timeline: readonly TimelineEntry[]
}

/** What every incident looks like when it opens. */
export const JUST_OPENED = {
  endedAt: null,
  resolvedAt: null,
  resolution: null,
  cause: null,
  notifications: 0,
  noData: false,
} as const

/** Something that happened to an incident, for its page. */
export interface TimelineEntry {
  readonly at: Instant
  readonly what: 'started' | 'opened' | 'raised' | 'joined' | 'explained' | 'ended' | 'resolved' | 'notified'
  readonly text: string
}

/** The events that an incident is of; one, unless several moved together; none of one about Assay itself. */
export function eventsOf({ event, events }: Incident): readonly string[] {
  return events ?? (event === null ? [] : [event])
}

/** What an incident is about, in few words: the node above what moved together. */
export function subjectOf({ event, events = [], domain, cause }: Incident): string | null {
  if (events.length < 2) return event
  const isOnPlatform = cause?.dimension === 'platform' || cause?.dimension === 'platform+app_version'
  const where = isOnPlatform ? ` on ${cause.value.replace('+', ' ')}` : ''
  return `${domain}${where} (${events.length} events)`
}
