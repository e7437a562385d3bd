import { judgedBy } from '../judge/slo/verdict.ts'
import { readTableName } from '../config/table-name.ts'
import { BURN_WINDOWS, type Burn, type Verdict } from '../model/verdict.ts'
import type { Plan, SloPlan } from '../plan/plan.ts'
import { seenEvents } from '../store/read/arrivals.ts'
import { latestVerdicts } from '../store/read/verdicts.ts'
import type { Sql } from '../store/sql.ts'

/** An SLO and what it is worth now. `verdict.at` is 0 where no minute has been judged yet. */
export interface Standing {
  readonly slo: SloPlan
  readonly verdict: Verdict
}

const NO_BURN = Object.fromEntries(BURN_WINDOWS.map((window) => [window, null])) as Burn

/** The newest verdict of each SLO, in the order given; for one not judged yet, or whose source is disabled, that it isn't. */
export async function standings(
  db: Sql,
  { sources, warehouses }: Pick<Plan, 'sources' | 'warehouses'>,
  slos: readonly SloPlan[],
): Promise<Standing[]> {
  const disabled = new Set(sources.flatMap(({ id, disabled: why }) => (why === null ? [] : [id])))
  const closed = new Set(warehouses.flatMap(({ id, disabled: why }) => (why === null ? [] : [id])))
  const names = slos.length > 200 ? null : slos.map(({ name }) => name)
  const [verdicts, seen] = await Promise.all([latestVerdicts(db, names), seenEvents(db)])
  return slos.map((slo) => {
    const verdict = verdicts.get(slo.name)
    // A verdict from before the SLO was moved to another event or kind says nothing of this one.
    const isOfThis = verdict !== undefined && verdict.event === slo.event && verdict.kind === slo.kind
    const known = isOfThis ? verdict : unjudged(slo, seen.has(slo.event))
    const isDisabled =
      slo.subject === 'table'
        ? closed.has(readTableName(slo.event)?.warehouse ?? '')
        : slo.source !== null && disabled.has(slo.source)
    return { slo, verdict: isDisabled ? blinded(known) : known }
  })
}

/** What was counted stays; it says nothing of now. */
function blinded(verdict: Verdict): Verdict {
  return { ...verdict, outcome: 'not_evaluated', reason: 'disabled', firing: null }
}

function unjudged(slo: SloPlan, seen: boolean): Verdict {
  return {
    at: 0,
    ...judgedBy(slo),
    outcome: 'not_evaluated',
    reason: seen ? 'no_data' : 'never_seen',
    good: 0,
    total: 0,
    ratio: null,
    lower: null,
    upper: null,
    objective: slo.objective,
    budgetRemaining: null,
    burn: NO_BURN,
    firing: null,
  }
}
