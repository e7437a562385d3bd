import { DAY, MINUTE, SECOND } from '../../src/model/time.ts'
import type { TablePlan } from '../../src/plan/table-plan.ts'

/** A compiled table contract for tests: `main.public.orders`, whose rows arrive at `loaded_at`. */
export function tablePlan(given: Partial<TablePlan> = {}): TablePlan {
  return {
    name: 'main.public.orders',
    slug: 'public-orders',
    warehouse: {
      id: 'main',
      type: 'postgres',
      longestGap: 5 * MINUTE,
      statementTimeout: 10 * SECOND,
      overlap: 10 * MINUTE,
      safety: 0,
      backfill: 60 * MINUTE,
      disabled: null,
    },
    schema: 'public',
    table: 'orders',
    domain: 'checkout',
    description: '',
    status: 'active',
    owner: 'payments',
    tier: 'P0',
    arrivedAt: 'loaded_at',
    eventTime: null,
    key: null,
    columns: [],
    ...given,
  }
}

/** A watched key over a day. */
export function keyOf(...columns: readonly string[]): TablePlan['key'] {
  return { columns, horizon: DAY }
}

/** A column of a contract that asks nothing yet. */
export function columnPlan(
  given: Partial<TablePlan['columns'][number]> & { readonly name: string },
): TablePlan['columns'][number] {
  return { type: null, required: false, watched: false, fill: null, checks: [], pii: null, ...given }
}
