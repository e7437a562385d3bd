import { type Evaluator, type EvaluatorDeps, openEvaluator } from '../../src/runtime/evaluate/evaluator.ts'
import type { RoutesConfig } from '../../src/alert/config.ts'

export const NO_ROUTES: RoutesConfig = { receivers: [], routes: [], inhibitions: [], maintenance: [] }

/** An evaluator that leads and, unless `more` says otherwise, tells nobody and writes down only what changes. */
export function evaluatorOf(
  of: Pick<EvaluatorDeps, 'db' | 'plan'>,
  more: Partial<EvaluatorDeps> = {},
): Promise<Evaluator> {
  return openEvaluator({
    routes: NO_ROUTES,
    publicUrl: null,
    assertLeads: async () => undefined,
    everyVerdict: false,
    collapses: true,
    ...of,
    ...more,
  })
}
