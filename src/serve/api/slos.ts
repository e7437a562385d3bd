import type { SloPlan } from '../../plan/plan.ts'
import { round6 } from '../../model/ratio.ts'
import { iso } from '../../model/time.ts'
import { verdictDocument } from '../../report/documents/verdict.ts'
import type { ServeDeps } from '../deps.ts'
import { standings } from '../standing.ts'
import { type Paging, pageByName } from './query.ts'

type Deps = Pick<ServeDeps, 'db' | 'plan'>

/** `GET /api/v1/slos`: each SLO with its newest verdict. */
export async function slosAnswer(
  deps: Deps,
  paging: Paging,
  filter: { readonly domain: string | null; readonly event: string | null; readonly table?: string | null },
): Promise<object> {
  const asked = (slo: SloPlan) =>
    (filter.domain === null || slo.domain === filter.domain) &&
    (filter.event === null || (slo.subject !== 'table' && slo.event === filter.event)) &&
    (filter.table == null || (slo.subject === 'table' && slo.event === filter.table))
  const { items, next_cursor } = pageByName(await sloDocuments(deps, asked), (slo) => slo.name, paging)
  return { slos: items, next_cursor }
}

/** Output form of the SLOs that pass `asked`, by name. */
export async function sloDocuments(deps: Deps, asked: (slo: SloPlan) => boolean): Promise<{ name: string }[]> {
  const slos = deps.plan().slos.filter(asked)
  return (await standings(deps.db, deps.plan(), slos)).map(({ slo, verdict }) => {
    const { schema_version: _, slo: name, at, ...fields } = verdictDocument(verdict)
    return {
      name,
      ...fields,
      at: verdict.at === 0 ? null : at,
      window: slo.window / 1_000,
      severity: slo.severity,
      min_total: round6(slo.minTotal),
      is_default: slo.isDefault,
      description: slo.description,
      runbook: slo.runbook,
      from: verdict.at === 0 ? null : iso(verdict.at - slo.window),
    }
  })
}
