import type { SliKind } from '../model/sli.ts'
import { formatDuration } from '../model/time.ts'
import type { SloPlan } from '../plan/plan.ts'
import type { Pace } from './budget.ts'
import { percent } from './figures.ts'

/** What is wrong, without the event's name: `37.2 % of records break their contract`. `pace` null: how much isn't known. */
export function complaint(slo: SloPlan, pace: Pace | null): string {
  if (slo.kind === 'freshness') return `no record younger than ${duration(slo.maxAge)}`
  if (slo.kind === 'volume') return 'far more or fewer records than expected'
  if (slo.kind === 'lag') return 'the consumer is too far behind'
  return `${pace === null ? 'too many' : `${percent(pace.badShare)} of`} records ${BAD[slo.kind](slo)}`
}

const BAD: Readonly<Record<Exclude<SliKind, 'freshness' | 'volume' | 'lag'>, (slo: SloPlan) => string>> = {
  validity: () => 'break their contract',
  completeness: () => 'lack a property that should be filled',
  uniqueness: () => 'are duplicates',
  timeliness: (slo) => `arrive more than ${duration(slo.maxDelay)} late`,
  landing: (slo) => `are not in their table after ${duration(slo.maxDelay)}`,
}

/** What the objective asks for: `records that keep their contract`. */
export const PROMISE: Readonly<Record<SliKind, string>> = {
  validity: 'of records keep their contract',
  completeness: 'of records have every watched property filled',
  freshness: 'of minutes have a record that is young enough',
  uniqueness: 'of records are no duplicates',
  timeliness: 'of records arrive in time',
  volume: 'of hours are without a volume alarm',
  landing: 'of records are found in their table',
  lag: 'of minutes are without too much lag',
}

function duration(value: number | null): string {
  return value === null ? 'allowed' : formatDuration(value)
}
