import type { Incident } from '../../model/incident.ts'
import type { Ratio } from '../../model/ratio.ts'
import type { SliKind, Tier } from '../../model/sli.ts'
import type { SubjectKind } from '../../model/subject.ts'
import type { Instant } from '../../model/time.ts'
import type { Month } from './month.ts'
import type { Stretch } from './stretches.ts'

/** All that a month's scorecard is made from, as it was counted. */
export interface MonthFacts {
  readonly month: Month
  /** Up to where there is something to tell: the month's end, or now. */
  readonly until: Instant
  readonly environment: string
  /** Hash of the plan. */
  readonly plan: string
  readonly domains: readonly DomainFacts[]
  readonly slos: readonly SloFacts[]
  readonly events: readonly EventFacts[]
  /** Names without a contract that arrived. */
  readonly unplanned: readonly { readonly name: string; readonly received: number }[]
  /** Records that couldn't be read as an event. */
  readonly undecodable: number
  readonly sources: readonly SourceFacts[]
  /** Those that opened in the month, as they are now. */
  readonly incidents: readonly Incident[]
}

export interface DomainFacts {
  readonly name: string
  readonly owner: string
  readonly tier: Tier
}

/** An SLO of the plan, or one that was judged in the month and taken out since. */
export interface SloFacts {
  readonly slo: string
  readonly domain: string
  /** What it judges: an event, or the table of that name where `subject` says so. */
  readonly event: string
  readonly subject: SubjectKind
  readonly kind: SliKind
  readonly source: string | null
  /** That with which the month began, as a ratio. */
  readonly objective: number
  readonly minTotal: number
  readonly counted: Ratio
  /** The sources whose records decide about it. */
  readonly sources: readonly string[]
  /** Start of its first record's minute, or of its sources' first; null: nothing has ever come. */
  readonly observedFrom: Instant | null
  readonly inForce: boolean
}

/** An event with a contract, or a table. */
export interface EventFacts {
  readonly name: string
  readonly subject: SubjectKind
  readonly domain: string
  /** Team; empty: nobody. */
  readonly owner: string
  readonly status: 'planned' | 'active' | 'deprecated'
  readonly received: number
  /** The sources that carried it in the month. */
  readonly sources: readonly string[]
}

/** When there was something to be observed in a source, and which whole minutes of it weren't. */
export interface SourceFacts {
  readonly id: string
  readonly expected: Stretch | null
  /** Within `expected`, without overlap. */
  readonly unobserved: readonly Stretch[]
}
