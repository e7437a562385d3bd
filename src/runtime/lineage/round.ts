import type { Verdict } from '../../model/verdict.ts'
import type { Carriers } from '../../report/lineage/graph.ts'
import type { Evaluation, Evaluator } from '../evaluate/evaluator.ts'

/** What a round of the leader brought, after its commit. */
export interface LineageRound {
  /** The verdicts that were written down, in order of (at, SLO). */
  readonly written: readonly Verdict[]
  /** The newest of every SLO. */
  readonly newest: readonly Verdict[]
  readonly carriers: Carriers
}

export function roundOf(evaluator: Evaluator, evaluation: Evaluation): LineageRound {
  const series = Map.groupBy(evaluator.accounts.plannedSeries(), ({ event }) => event)
  return {
    written: evaluation.lines.map(({ verdict }) => verdict),
    newest: [...evaluator.newest().values()].map(({ verdict }) => verdict),
    carriers: new Map([...series].map(([event, of]) => [event, of.map(({ source }) => source)])),
  }
}
