import type { Router } from 'express'
import type { Instant } from '../model/time.ts'
import type { Plan } from '../plan/plan.ts'
import type { Addresses } from '../report/lineage/dataset.ts'
import type { ScorecardDocument } from '../report/scorecard/document.ts'
import type { Sql } from '../store/sql.ts'
import type { HttpConfig } from './guard.ts'
import type { Changes } from './live.ts'
import type { DaemonStatus } from './status.ts'

/** A month's scorecard as JSON text, and as what it says. */
export interface ServedScorecard {
  readonly text: string
  readonly document: ScorecardDocument
}

/** What the server is given. */
export interface ServeDeps {
  /** Read only. */
  readonly db: Sql
  readonly plan: () => Plan
  /** Where sources and warehouses are, for lineage. */
  readonly addresses: () => Addresses
  readonly status: () => DaemonStatus
  /** Prometheus text, format 0.0.4. */
  readonly metrics: () => Promise<string>
  /** Routers of HTTP sources: own authentication, any origin. */
  readonly collectors: readonly Router[]
  readonly http: HttpConfig
  readonly now: () => Instant
  readonly changes: Changes
  /** The text of a runbook by its path from `alerts/`; null: there is none. */
  readonly runbook?: (path: string) => string | null
  /** A month's scorecard by its name, which is one; null: nothing is known of it. */
  readonly scorecard: (month: string) => Promise<ServedScorecard | null>
  /** Told what broke behind an answer with 500 or 503. */
  readonly report?: (error: unknown) => void
}
