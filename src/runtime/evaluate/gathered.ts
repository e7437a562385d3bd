import type { Notification } from '../../alert/notification.ts'
import type { ChangedIncident } from '../../judge/incidents/book.ts'
import type { Incident } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { Line } from './lines.ts'

/** What stands to be written in the next transaction. */
export interface Gathered {
  minutes: number
  judged: number
  /** By SLO: the stretch that was judged of it. */
  readonly slos: Map<string, { readonly from: Instant; readonly until: Instant }>
  readonly lines: Line[]
  readonly changes: ChangedIncident[]
  /** By id: as they are now. */
  readonly incidents: Map<string, Incident>
  readonly notifications: Notification[]
}

export function nothingGathered(): Gathered {
  return {
    minutes: 0,
    judged: 0,
    slos: new Map(),
    lines: [],
    changes: [],
    incidents: new Map(),
    notifications: [],
  }
}
