import type { Notification } from '../../alert/notification.ts'
import type { ChangedIncident } from '../../judge/incidents/book.ts'
import type { Incident } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { Line } from './lines.ts'

/** What stands to be written in the next transaction. */
export interface Gathered {
  from: Instant
  until: Instant
  minutes: number
  judged: number
  readonly slos: Set<string>
  readonly lines: Line[]
  readonly changes: ChangedIncident[]
  /** By id: as they are now. */
  readonly incidents: Map<string, Incident>
  readonly notifications: Notification[]
}

export function nothingGathered(): Gathered {
  return {
    from: Number.POSITIVE_INFINITY,
    until: Number.NEGATIVE_INFINITY,
    minutes: 0,
    judged: 0,
    slos: new Set(),
    lines: [],
    changes: [],
    incidents: new Map(),
    notifications: [],
  }
}
