import { type RowReading, readRow } from '../judge/slo/row-reading.ts'
import { type Sight, sightOf } from '../judge/slo/sight.ts'
import type { Standing } from '../judge/slo/standing.ts'
import { BURN_LENGTHS } from '../judge/slo/verdict.ts'
import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../model/time.ts'
import type { Verdict } from '../model/verdict.ts'
import type { Plan, SloPlan } from '../plan/plan.ts'
import { type Accounts, openAccounts } from '../runtime/evaluate/accounts.ts'
import type { Database } from '../store/sql.ts'

/** Records of an SLI's total, over the last 24 h that were judged, or as much of them as there is. */
export interface Traffic {
  readonly records: number
  readonly over: Duration
  readonly perHour: number
}

/** An SLO as its judge has it in the store. */
export interface Examined {
  readonly slo: SloPlan
  /** The end of the last minute judged. */
  readonly at: Instant
  readonly verdict: Verdict
  /** Row windows start here at the earliest: the event's last resolve. */
  readonly clippedAt: Instant | null
  readonly rows: readonly RowReading[]
  readonly traffic: Traffic
  readonly sight: Sight
}

/** What the store holds of some SLOs, read as the evaluator reads it; those that were never judged are left out. */
export async function examine(db: Database, plan: Plan, slos: readonly SloPlan[]): Promise<readonly Examined[]> {
  const accounts = await openAccounts(db, { ...plan, slos })
  await accounts.refresh()
  return accounts.standings().flatMap((standing): Examined[] => {
    const { slo } = standing
    const verdict = accounts.documentOf(slo.name)?.verdict
    // A verdict from before the SLO was moved to another event or kind says nothing of this one.
    if (verdict === undefined || verdict.event !== slo.event || verdict.kind !== slo.kind) return []
    const sums = standing.sums()
    const traffic = trafficOf(accounts, standing)
    return [
      {
        slo,
        at: standing.at(),
        verdict,
        clippedAt: standing.clippedAt(),
        rows: slo.rows.map((row) => readRow(slo, row, sums.clipped(row.long), sums.clipped(row.short))),
        traffic,
        sight: sightOf(slo, traffic.perHour),
      },
    ]
  })
}

function trafficOf(accounts: Accounts, standing: Standing): Traffic {
  const at = standing.at()
  const { observedFrom } = accounts.facts(standing, at - MINUTE)
  const over = Math.min(DAY, Math.max(MINUTE, at - (observedFrom ?? at - DAY)))
  const records = standing.sums().burn[BURN_LENGTHS.indexOf(DAY)]?.total ?? 0
  return { records, over, perHour: (records * HOUR) / over }
}
