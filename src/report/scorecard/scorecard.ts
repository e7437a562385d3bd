import { addRatio, NO_RATIO, type Ratio, ratioValue, round6 } from '../../model/ratio.ts'
import type { Plan } from '../../plan/plan.ts'
import { SCHEMA_VERSION } from '../documents/verdict.ts'

/** What one SLO counted in a month. */
export interface MonthOfSlo {
  /** `2026-10` */
  readonly month: string
  readonly slo: string
  readonly counted: Ratio
}

/** Incidents of a month, by the month in which they opened. */
export interface MonthOfIncidents {
  readonly month: string
  readonly domain: string
  readonly resolved: boolean
}

/** One entry a month, by domain: what each SLO reached against its objective, and its incidents. */
export function scorecardDocument(
  plan: Plan,
  slos: readonly MonthOfSlo[],
  incidents: readonly MonthOfIncidents[],
): object {
  const months = [...new Set([...slos.map(({ month }) => month), ...incidents.map(({ month }) => month)])].sort()
  return {
    schema_version: SCHEMA_VERSION,
    plan: plan.hash,
    months: months.map((month) => ({
      month,
      domains: [...plan.domains.keys()].sort().map((domain) => ({
        domain,
        slos: plan.slos
          .filter((slo) => slo.domain === domain)
          .map((slo) => {
            const counted = slos
              .filter((one) => one.month === month && one.slo === slo.name)
              .reduce((sum, one) => addRatio(sum, one.counted), NO_RATIO)
            const ratio = ratioValue(counted)
            return {
              slo: slo.name,
              kind: slo.kind,
              good: counted.good,
              total: counted.total,
              ratio: ratio === null ? null : round6(ratio),
              objective: slo.objective,
              budget_remaining: ratio === null ? null : round6(1 - (1 - ratio) / (1 - slo.objective)),
            }
          }),
        incidents: {
          opened: incidents.filter((one) => one.month === month && one.domain === domain).length,
          resolved: incidents.filter((one) => one.month === month && one.domain === domain && one.resolved).length,
        },
      })),
    })),
  }
}
