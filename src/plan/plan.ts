import type { Violation } from '../model/observation.ts'
import type { Severity, SliKind, Tier } from '../model/sli.ts'
import type { SubjectKind } from '../model/subject.ts'
import type { Duration, Instant } from '../model/time.ts'
import type { TablePlan, WarehousePlan } from './table-plan.ts'

/** What should be true: contracts, owners and SLOs, compiled from a valid configuration. Immutable; a reload makes a new one. */
export interface Plan {
  /** sha256 (hex) of everything that was read: same hash, same verdicts. */
  readonly hash: string
  readonly environment: string
  /** IANA zone of the workspace: active hours, seasons, months. */
  readonly timezone: string
  /** What the volume detector may cost and what people know beside the counts; left out: the default budget, nothing known. */
  readonly volume?: VolumePlan
  readonly domains: ReadonlyMap<string, DomainPlan>
  /** By event name. */
  readonly events: ReadonlyMap<string, EventPlan>
  /** By name, `warehouse.schema.table`. No event has the name of a table. */
  readonly tables: ReadonlyMap<string, TablePlan>
  readonly warehouses: readonly WarehousePlan[]
  /** Sorted by name. Defaults of domains are already spelled out. */
  readonly slos: readonly SloPlan[]
  /** Ids of the configured sources, in the file's order; `disabled`: why, or null. */
  readonly sources: readonly { readonly id: string; readonly type: string; readonly disabled: string | null }[]
}

/** What the volume detector is told. Times are instants; ends are exclusive. */
export interface VolumePlan {
  /** Over all its series together. */
  readonly falseAlarmsPerWeek: number
  readonly holidays: readonly { readonly from: Instant; readonly to: Instant; readonly name: string | null }[]
  readonly known: readonly KnownChange[]
}

/** A change that needs no alarm: what came in an incident or a backfill is left out, a launch is taken as it comes, and what an alarm found that was open meanwhile is accepted as normal. */
export interface KnownChange {
  readonly kind: 'incident' | 'backfill' | 'launch' | 'accept'
  readonly from: Instant
  readonly to: Instant
  /** Names of events and tables; null: all. */
  readonly events: ReadonlySet<string> | null
  readonly note: string | null
}

/** Who is told of a domain, each by the name that the receiver knows; null: none given. */
export interface Owner {
  readonly team: string
  readonly slack: string | null
  readonly pagerduty: string | null
  readonly linear: string | null
  readonly backup: string | null
}

/** A domain of events and tables, and who answers for it. */
export interface DomainPlan {
  readonly name: string
  readonly owner: Owner
  readonly tier: Tier
}

/** A property whose fill is watched though the schema doesn't require it. `fill`: its own goal in percent, outside the ratio; null: always expected. */
export interface ImportantProperty {
  readonly property: string
  readonly fill: number | null
}

/** Where an event goes: `table`, `dashboard`, `model`. */
export interface Destination {
  readonly kind: string
  readonly name: string
  readonly key: string | null
}

/** An event as its contract promises it. */
export interface EventPlan {
  readonly name: string
  /** Lower case, words joined by `-`: `order-completed`. */
  readonly slug: string
  readonly domain: string
  readonly description: string
  readonly status: 'planned' | 'active' | 'deprecated'
  /** Local midnight from which it is sent in earnest, as `YYYY-MM-DD`; left out or null: nobody said. */
  readonly released?: string | null
  /** Team: the event's own, else its domain's. */
  readonly owner: string
  readonly tier: Tier
  /** Ascending by version. Never empty. */
  readonly versions: readonly ContractVersion[]
  readonly important: readonly ImportantProperty[]
  readonly destinations: readonly Destination[]
  /** What isn't checked and why, for the event's page: patterns that RE2 can't take. */
  readonly notes: readonly string[]
}

/** One version of an event’s contract, compiled. */
export interface ContractVersion {
  readonly version: number
  /** The range as written (`>=4.2.0`); null: applies to all. */
  readonly appliesFrom: string | null
  /** Whether `appliesFrom` holds for an app version. False for null where a range is set. */
  readonly applies: (appVersion: string | null) => boolean
  /** Top-level `required` of the schema and the important properties without a goal of their own. Sorted. */
  readonly watched: readonly string[]
  readonly goals: readonly ImportantProperty[]
  /** Top-level properties that the schema names, in whatever part of it judges the whole body. */
  readonly known: ReadonlySet<string>
  /** Whether a property outside `known` is covered by `patternProperties` or the like, and so planned. */
  readonly covers: (property: string) => boolean
  /** JSON pointers (into the body) of properties classified `x-pii`, with their class; `*` is any item or any property of a map. */
  readonly pii: ReadonlyMap<string, string>
  /** The JSON Schema as written. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Every violation, at most 20, sorted by path then keyword; an empty (shared) array when there is none. Never throws. */
  readonly violations: (body: unknown) => readonly Violation[]
}

/** Days and civil hours in which an SLO counts. `from`, `to`: minutes since midnight; `to` may be before `from` (over midnight). */
export interface ActiveHours {
  /** 0 Sunday … 6 Saturday. */
  readonly days: readonly number[]
  readonly from: number
  readonly to: number
  readonly timezone: string
}

/** A pair of windows and the burn rate over which it fires. */
export interface BurnRow {
  readonly severity: 'page' | 'ticket'
  readonly threshold: number
  readonly long: Duration
  readonly short: Duration
}

/** A promise about one SLI of an event or a table. */
export interface SloPlan {
  readonly name: string
  readonly domain: string
  /** What it judges: an event, or the table of that name where `subject` says so. */
  readonly event: string
  /** Absent: an event. */
  readonly subject?: SubjectKind
  readonly kind: SliKind
  /** Null: all sources that have carried the event. A table is a source of its own: `tableSource`. */
  readonly source: string | null
  /** As a ratio read as a decimal: 99.9 → 0.999. */
  readonly objective: number
  readonly window: Duration
  /** Caps what its rows may raise. */
  readonly severity: Severity
  readonly minTotal: number
  /** Freshness. */
  readonly maxAge: Duration | null
  /** Timeliness. */
  readonly maxDelay: Duration | null
  readonly active: ActiveHours | null
  /** Highest first. Rows that can't fire are left out. */
  readonly rows: readonly BurnRow[]
  /** Path from `alerts/`. */
  readonly runbook: string
  /** It came from its domain's defaults. */
  readonly isDefault: boolean
  readonly description: string
}
