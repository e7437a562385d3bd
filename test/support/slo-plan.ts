import { burnRows } from '../../src/judge/slo/rows.ts'
import { DAY } from '../../src/model/time.ts'
import type { SloPlan } from '../../src/plan/plan.ts'

/** A compiled SLO for tests of the judge: a page on validity of `Order Completed`, unless told otherwise. */
export function sloPlan(given: Partial<SloPlan> = {}): SloPlan {
  const objective = given.objective ?? 0.99
  const window = given.window ?? 30 * DAY
  return {
    name: 'order-completed-validity',
    domain: 'checkout',
    event: 'Order Completed',
    kind: 'validity',
    source: null,
    objective,
    window,
    severity: 'page',
    minTotal: 20,
    maxAge: null,
    maxDelay: null,
    active: null,
    rows: given.kind === 'volume' ? [] : burnRows(window, objective).rows,
    runbook: 'runbooks/schema-violations.md',
    isDefault: false,
    description: '',
    ...given,
  }
}
