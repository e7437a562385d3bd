import type { AlertChange } from '../../alert/decide.ts'
import type { Standing } from '../../judge/slo/standing.ts'
import { ORDINARY, verdictAt } from '../../judge/slo/verdict.ts'
import type { Incident } from '../../model/incident.ts'
import type { Instant } from '../../model/time.ts'
import type { NotEvaluatedReason, Verdict } from '../../model/verdict.ts'
import type { Database, Sql } from '../../store/sql.ts'
import { traceIncident } from '../tracing/evaluation.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { type AboutAssay, openAboutAssay, type Standstills } from './about-assay.ts'
import type { Accounts } from './accounts.ts'
import type { IncidentFacts } from './incident-facts.ts'
import type { Line } from './lines.ts'
import { saveBehind } from './save.ts'
import type { Telling } from './telling.ts'

export interface FallBehindDeps {
  readonly db: Database
  readonly environment: string
  readonly assertLeads: (sql: Sql) => Promise<void>
  readonly accounts: Accounts
  /** By SLO; gets the verdicts that a standstill blinds. */
  readonly newest: Map<string, Line>
  readonly telling: Telling
  /** The open incidents of the data. */
  readonly others: () => readonly Incident[]
  readonly facts: IncidentFacts
  readonly tracing: Tracing
}

/** What standing still makes of verdicts, and the one incident about Assay itself. */
export interface FallBehind {
  /**
   * Tells that sources stand still (by id: since when): their SLOs are `not_evaluated: ingest_behind` until they move, and
   * one incident about Assay itself is open. SLOs none of whose sources runs are `not_evaluated: disabled`. `why`: what is
   * known of the standstill, by source; `isUndecided`: whether one that isn't behind may still be standing. Answers whether
   * anything was written.
   */
  readonly fallBehind: (
    behind: ReadonlyMap<string, Instant>,
    now: Instant,
    why?: Standstills,
    isUndecided?: (source: string) => boolean,
  ) => Promise<boolean>
  /** The incident about Assay itself, while it is open. */
  readonly open: () => readonly Incident[]
}

export async function openFallBehind(deps: FallBehindDeps): Promise<FallBehind> {
  const { db, accounts, newest, telling, facts, tracing } = deps
  const aboutAssay = await openAboutAssay(db, deps.environment)

  /** Marks the verdicts that can't be given for want of data, and answers those that weren't marked so already. */
  function blind(behind: ReadonlyMap<string, Instant>, why: Standstills): readonly Line[] {
    const lines: Line[] = []
    for (const standing of accounts.standings()) {
      const reason = blindness(accounts.deciding(standing), behind, why)
      if (reason === null) continue
      const known = newest.get(standing.slo.name)
      if (known?.verdict.reason === reason) continue
      const before = known ?? firstLine(standing, reason)
      const verdict: Verdict = { ...before.verdict, outcome: 'not_evaluated', reason, firing: null }
      const line = { verdict, rows: before.rows }
      newest.set(standing.slo.name, line)
      lines.push(line)
    }
    return lines
  }

  function tell(change: AlertChange, incident: Incident, now: Instant) {
    const others = deps.others().map((other) => facts.alert(other, now, null))
    return telling.tell(change, now, facts.alert(incident, now, null), others)
  }

  /** What held its notifications back may have ended; null: nothing new. */
  function reconsider(now: Instant) {
    const held = aboutAssay.open().find(({ id }) => telling.isHeldBack(id))
    if (held === undefined) return null
    const told = tell('reconsidered', held, now)
    if (told.notifications.length === 0) return null
    aboutAssay.amend(told.incident)
    return told
  }

  async function tellOf(...[behind, now, why, isUndecided]: Parameters<AboutAssay['next']>) {
    const changed = aboutAssay.next(behind, now, why, isUndecided)
    if (changed === null) return reconsider(now)
    const told = await traceIncident(tracing, { ...changed, at: now, kinds: [] }, async () =>
      tell(changed.change, changed.incident, now),
    )
    aboutAssay.amend(told.incident)
    return told
  }

  return {
    fallBehind: async (behind, now, why = new Map(), isUndecided = () => false) => {
      const blinded = blind(behind, why)
      const told = await tellOf(behind, now, why, isUndecided)
      if (blinded.length === 0 && told === null) return false
      const [incident, notifications] = told === null ? [null, []] : [told.incident, told.notifications]
      await saveBehind({ db, assertLeads: deps.assertLeads, accounts, blind: blinded, incident, notifications })
      return true
    },
    open: aboutAssay.open,
  }
}

/** Why an SLO that waits for these sources can't be judged; null: it can. */
function blindness(
  deciding: readonly string[],
  behind: ReadonlyMap<string, Instant>,
  why: Standstills,
): NotEvaluatedReason | null {
  if (deciding.length === 0) return 'disabled'
  const source = deciding.find((one) => behind.has(one))
  return source === undefined ? null : (why.get(source)?.reason ?? 'ingest_behind')
}

/** Of an SLO of which no minute could be judged yet. */
function firstLine(standing: Standing, notEvaluated: NotEvaluatedReason): Line {
  return verdictAt(standing.slo, standing.at(), standing.sums(), { ...ORDINARY, notEvaluated })
}
