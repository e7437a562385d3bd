import { readTableName } from '../../config/table-name.ts'
import { round6 } from '../../model/ratio.ts'
import { iso } from '../../model/time.ts'
import { BURN_WINDOWS, type BurnWindow, type Verdict } from '../../model/verdict.ts'

/** Version of every JSON shape that Assay prints, files and API alike. */
export const SCHEMA_VERSION = 1

/** A verdict as a line of `verdicts.ndjson` prints it: snake_case, times ISO 8601, numbers rounded to 6 decimals. */
export interface VerdictDocument {
  readonly schema_version: number
  readonly at: string
  readonly slo: string
  readonly domain: string
  /** One of the two: what it judges. */
  readonly event?: string
  readonly table?: string
  readonly source: string | null
  readonly kind: string
  readonly outcome: string
  readonly reason: string | null
  readonly good: number
  readonly total: number
  readonly ratio: number | null
  readonly lower: number | null
  readonly upper: number | null
  readonly objective: number
  readonly budget_remaining: number | null
  readonly burn: Readonly<Record<BurnWindow, number | null>>
  readonly firing: 'page' | 'ticket' | null
}

/** Output form of a verdict. Keys stand in the order that DESIGN lists them. */
export function verdictDocument(verdict: Verdict): VerdictDocument {
  return {
    schema_version: SCHEMA_VERSION,
    at: iso(verdict.at),
    slo: verdict.slo,
    domain: verdict.domain,
    ...(verdict.subject === 'table'
      ? { table: verdict.event, source: warehouseOf(verdict.event) }
      : { event: verdict.event, source: verdict.source }),
    kind: verdict.kind,
    outcome: verdict.outcome,
    reason: verdict.reason,
    good: round6(verdict.good),
    total: round6(verdict.total),
    ratio: rounded(verdict.ratio),
    lower: rounded(verdict.lower),
    upper: rounded(verdict.upper),
    objective: round6(verdict.objective),
    budget_remaining: rounded(verdict.budgetRemaining),
    burn: burnDocument(verdict.burn),
    firing: verdict.firing,
  }
}

function burnDocument(burn: Verdict['burn']): Record<BurnWindow, number | null> {
  return Object.fromEntries(BURN_WINDOWS.map((window) => [window, rounded(burn[window])])) as Record<
    BurnWindow,
    number | null
  >
}

function rounded(value: number | null): number | null {
  return value === null ? null : round6(value)
}

function warehouseOf(table: string): string | null {
  return readTableName(table)?.warehouse ?? null
}
