import type { SliKind, Tier } from '../../model/sli.ts'
import type { VerdictOutcome, VerdictReason } from '../../model/verdict.ts'

/** A month's scorecard as it is printed, stored and served. Ratios are rounded to 6 decimals, scores down to whole numbers. */
export interface ScorecardDocument {
  readonly schema_version: number
  readonly month: string
  readonly timezone: string
  readonly environment: string
  readonly from: string
  readonly to: string
  /** Up to where it tells of the month. */
  readonly until: string
  readonly state: 'preliminary' | 'frozen'
  readonly freezes_at: string
  /** Hash of the plan that it was worked out with. */
  readonly plan: string
  /** From 0 to 100; null: no data. */
  readonly score: number | null
  readonly formula: {
    readonly version: string
    readonly worth: Readonly<Record<string, number>>
    readonly text: readonly string[]
  }
  readonly change: ChangeDocument | null
  readonly promises: PromisesDocument
  readonly incidents: IncidentsDocument
  /** Incidents about Assay itself: times in which it couldn't see. */
  readonly incidents_about_assay: IncidentsDocument
  readonly coverage: CoverageDocument & {
    readonly records: number
    /** Share of the records that have a contract; null: none arrived. */
    readonly records_with_contract: number | null
    readonly undecodable: number
    readonly unplanned_names: number
    /** The most frequent ones. */
    readonly unplanned: readonly { readonly name: string; readonly received: number }[]
    readonly sources: readonly {
      readonly source: string
      readonly minutes: number
      readonly unobserved_minutes: number
    }[]
  }
  /** Events that belong to nobody: those without an owner, and every name without a contract. */
  readonly without_owner: number
  /** The SLOs that overspent their budget most, with what the longest of their incidents was put down to. */
  readonly costliest: readonly CostDocument[]
  readonly domains: readonly DomainDocument[]
}

/** One domain’s month. */
export interface DomainDocument {
  readonly domain: string
  /** Null: the domain has been taken out of the plan. */
  readonly owner: string | null
  readonly tier: Tier | null
  readonly score: number | null
  readonly change: ChangeDocument | null
  readonly promises: PromisesDocument
  /** Of the SLO that spent most of its own; null: nothing was judged. */
  readonly budget: { readonly slo: string; readonly spent: number; readonly remaining: number } | null
  readonly incidents: IncidentsDocument
  readonly coverage: CoverageDocument
  readonly without_owner: readonly string[]
  readonly slos: readonly SloDocument[]
}

/** What became of one SLO in the month. */
export interface SloDocument {
  readonly slo: string
  /** One of the two. */
  readonly event?: string
  readonly table?: string
  readonly kind: SliKind
  readonly source: string | null
  /** False: it was judged in the month and has been taken out since. */
  readonly in_force: boolean
  readonly outcome: VerdictOutcome
  readonly reason: VerdictReason
  readonly good: number
  readonly total: number
  readonly ratio: number | null
  readonly lower: number | null
  readonly upper: number | null
  readonly objective: number
  /** Share of the month's budget: 1 is all of it. */
  readonly budget_spent: number | null
  readonly budget_remaining: number | null
  readonly unobserved_minutes: number
  /** How far it was kept, from 0 to 1, as the score counts it. */
  readonly kept: number
}

/** How many SLOs there were, and what became of them. */
export interface PromisesDocument {
  /** SLOs in force or taken out during the month. */
  readonly made: number
  readonly met: number
  readonly violated: number
  /** Too little or nothing to judge by. */
  readonly not_judged: number
}

/** Incidents that opened in the month. */
export interface IncidentsDocument {
  /** Opened in the month. */
  readonly opened: number
  /** Of these, resolved by the time that the scorecard tells of. */
  readonly resolved: number
  readonly open: number
  /** From opened to resolved, of those that are; null: none. */
  readonly median_seconds_to_resolve: number | null
  /** Of those that were resolved, or have had 24 h; null: none. */
  readonly share_resolved_24h: number | null
  /** The same came back within 7 days of a resolve. */
  readonly regressions: number
}

/** How much of what was expected could be seen. */
export interface CoverageDocument {
  /** Events with a contract that are active, arrived, or were judged. */
  readonly events_planned: number
  readonly events_seen: number
  readonly events_without_slo: number
  readonly tables_planned: number
  readonly tables_seen: number
  /** Minutes in which there was something to be observed, and those that weren't. */
  readonly minutes: number
  readonly unobserved_minutes: number
}

/** Against the month before, whose figures are kept here. Differences are this month's minus that month's. */
export interface ChangeDocument {
  readonly month: string
  readonly state: 'preliminary' | 'frozen'
  readonly score: number | null
  readonly score_difference: number | null
  readonly incidents_opened: number
  readonly unobserved_minutes: number
  readonly slos_added: number
  readonly slos_removed: number
  /** Objectives that became stricter or laxer since. */
  readonly objectives: readonly { readonly slo: string; readonly from: number; readonly to: number }[]
}

/** One of the SLOs that overspent their budget most. */
export interface CostDocument {
  readonly slo: string
  readonly domain: string
  readonly budget_spent: number
  readonly incident: string | null
  /** `platform+app_version android+4.3.0`; null: nothing stood out. */
  readonly cause: string | null
}
