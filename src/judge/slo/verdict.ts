import { isTimeSlice } from '../../model/sli.ts'
import { type Duration, type Instant, MINUTE, parseDuration } from '../../model/time.ts'
import { BURN_WINDOWS, type Burn, type NotEvaluatedReason, type Verdict } from '../../model/verdict.ts'
import type { BurnRow, SloPlan } from '../../plan/plan.ts'
import { pagingBound, sampledInterval } from './interval.ts'
import type { Tally } from './ledger.ts'
import { TOLERANCE } from './rows.ts'

/** Lengths of `BURN_WINDOWS`, in the same order. */
export const BURN_LENGTHS: readonly Duration[] = BURN_WINDOWS.map((name) => parseDuration(name) ?? Number.NaN)

/** Bad records in the long window below which no row is true. */
export const MINIMUM_BAD = 3

/** What an SLO's windows hold at the end of a minute. */
export interface Sums {
  /** Over the SLO's own window. */
  readonly window: Tally
  /** Over `BURN_LENGTHS`, unclipped: what output shows. */
  readonly burn: readonly Tally[]
  /** Over a row's window, clipped at the last resolve: what rows are judged by. */
  readonly clipped: (length: Duration) => Tally
}

/** What is known besides the sums. */
export interface Circumstances {
  /** Replaces every outcome: the source is disabled, behind, or the detector still learns. */
  readonly notEvaluated: NotEvaluatedReason | null
  /** Freshness: the event has never been seen. */
  readonly neverSeen: boolean
  /** Uniqueness: the horizon of duplicates isn't covered yet. */
  readonly warming: boolean
}

export const ORDINARY: Circumstances = { notEvaluated: null, neverSeen: false, warming: false }

/** Bad of total as a ratio; time slices are divided by the whole window, observed or not. Null where nothing was counted. */
export function errorRatio(slo: SloPlan, tally: Tally, length: Duration): number | null {
  if (tally.total === 0) return null
  return tally.bad / (isTimeSlice(slo.kind) ? length / MINUTE : tally.total)
}

/**
 * Whether a burn row is true: the long window beyond doubt and the short one by its plain ratio both burn faster than
 * the threshold (Google SRE Workbook, "Alerting on SLOs", multiwindow alerts; the bound is Wilson's, one-sided 99 %).
 */
export function rowIsTrue(slo: SloPlan, row: BurnRow, long: Tally, short: Tally): boolean {
  const limit = row.threshold * (1 - slo.objective) + TOLERANCE
  const shortRatio = errorRatio(slo, short, row.short)
  if (shortRatio === null || shortRatio <= limit) return false
  if (isTimeSlice(slo.kind)) return (errorRatio(slo, long, row.long) ?? 0) > limit
  return long.bad >= MINIMUM_BAD && pagingBound(long.bad, long.total) > limit
}

/** What a verdict says of the SLO that it is of. */
export function judgedBy(slo: SloPlan): Pick<Verdict, 'slo' | 'domain' | 'event' | 'subject' | 'source' | 'kind'> {
  return {
    slo: slo.name,
    domain: slo.domain,
    event: slo.event,
    ...(slo.subject === 'table' ? { subject: slo.subject } : {}),
    source: slo.source,
    kind: slo.kind,
  }
}

/** The verdict at `at` and which of the SLO's rows are true, in the order of `slo.rows`. */
export function verdictAt(
  slo: SloPlan,
  at: Instant,
  sums: Sums,
  circumstances: Circumstances,
): { verdict: Verdict; rows: readonly boolean[] } {
  const { bad, total } = sums.window
  const good = total - bad
  const interval = sampledInterval(good, total, total)
  const rows =
    circumstances.notEvaluated === null
      ? slo.rows.map((row) => rowIsTrue(slo, row, sums.clipped(row.long), sums.clipped(row.short)))
      : slo.rows.map(() => false)
  const verdict: Verdict = {
    at,
    ...judgedBy(slo),
    ...outcomeOf(slo, total, interval, circumstances),
    good,
    total,
    ratio: total === 0 ? null : good / total,
    lower: interval?.lower ?? null,
    upper: interval?.upper ?? null,
    objective: slo.objective,
    budgetRemaining: total === 0 ? null : 1 - bad / total / (1 - slo.objective),
    burn: burnOf(slo, sums.burn),
    firing: firingOf(slo.rows, rows),
  }
  return { verdict, rows }
}

/** What counts of an SLO amount to. Null for `interval` where there are none. */
export function outcomeOf(
  slo: Pick<SloPlan, 'objective' | 'minTotal'>,
  total: number,
  interval: { readonly lower: number; readonly upper: number } | null,
  { notEvaluated, neverSeen, warming }: Circumstances,
): Pick<Verdict, 'outcome' | 'reason'> {
  if (notEvaluated !== null) return { outcome: 'not_evaluated', reason: notEvaluated }
  if (total === 0 || interval === null) return { outcome: 'not_evaluated', reason: 'no_data' }
  const judged = judge(slo, total, interval)
  if (neverSeen) return { outcome: judged.outcome, reason: 'never_seen' }
  return warming && judged.outcome !== 'violated' ? { outcome: 'not_evaluated', reason: 'warming' } : judged
}

function judge(
  slo: Pick<SloPlan, 'objective' | 'minTotal'>,
  total: number,
  interval: { readonly lower: number; readonly upper: number },
): Pick<Verdict, 'outcome' | 'reason'> {
  if (total < slo.minTotal) return { outcome: 'insufficient_data', reason: 'too_few_records' }
  if (interval.upper < slo.objective - TOLERANCE) return { outcome: 'violated', reason: null }
  if (interval.lower >= slo.objective - TOLERANCE) return { outcome: 'met', reason: null }
  return { outcome: 'insufficient_data', reason: 'interval_spans_objective' }
}

function burnOf(slo: SloPlan, tallies: readonly Tally[]): Burn {
  const burn: Record<string, number | null> = {}
  BURN_WINDOWS.forEach((name, index) => {
    const tally = tallies[index] ?? { bad: 0, total: 0 }
    const ratio = errorRatio(slo, tally, BURN_LENGTHS[index] ?? MINUTE)
    burn[name] = ratio === null ? null : ratio / (1 - slo.objective)
  })
  return burn as Burn
}

/** The highest severity of which a row is true. */
function firingOf(rows: readonly BurnRow[], states: readonly boolean[]): 'page' | 'ticket' | null {
  if (rows.some((row, index) => row.severity === 'page' && states[index])) return 'page'
  return states.some(Boolean) ? 'ticket' : null
}
