import { sampledInterval } from '../../judge/slo/interval.ts'
import { ORDINARY, outcomeOf } from '../../judge/slo/verdict.ts'
import { ratioValue, round6 } from '../../model/ratio.ts'
import type { SloDocument } from './document.ts'
import type { MonthFacts, SloFacts, SourceFacts } from './facts.ts'
import { minutesIn, type Stretch, joined, within } from './stretches.ts'
import { keptShare } from './trust.ts'

/** What a promise came to in the month. */
export function sloFigures(slo: SloFacts, facts: MonthFacts, sources: ReadonlyMap<string, SourceFacts>): SloDocument {
  const { good, total } = slo.counted
  const { minutes, unobserved } = observation(slo.sources, sources, {
    from: Math.max(facts.month.from, slo.observedFrom ?? facts.month.from),
    to: facts.until,
  })
  const interval = sampledInterval(good, total, total)
  const learning = slo.kind === 'volume' && total === 0
  const { outcome, reason } = outcomeOf(slo, total, interval, {
    ...ORDINARY,
    notEvaluated: learning ? 'learning' : null,
  })
  const ratio = ratioValue(slo.counted)
  const spent = ratio === null ? null : (total - good) / total / (1 - slo.objective)
  return {
    slo: slo.slo,
    ...(slo.subject === 'table' ? { table: slo.event } : { event: slo.event }),
    kind: slo.kind,
    source: slo.subject === 'table' ? null : slo.source,
    in_force: slo.inForce,
    outcome,
    reason,
    good,
    total,
    ratio: rounded(ratio),
    lower: rounded(interval?.lower ?? null),
    upper: rounded(interval?.upper ?? null),
    objective: slo.objective,
    budget_spent: rounded(spent),
    budget_remaining: spent === null ? null : round6(1 - spent),
    unobserved_minutes: unobserved,
    kept: round6(keptShare({ ...slo, ...slo.counted, minutes, unobserved })),
  }
}

/** Minutes in which any of these sources had something to be observed, and those in which one of them wasn't, in `span`. */
export function observation(
  ids: readonly string[],
  sources: ReadonlyMap<string, SourceFacts>,
  span: Stretch,
): { readonly minutes: number; readonly unobserved: number } {
  const own = ids.flatMap((id) => sources.get(id) ?? [])
  const expected = own.flatMap((source) => (source.expected === null ? [] : [source.expected]))
  return {
    minutes: minutesIn(within(span, joined(expected))),
    unobserved: minutesIn(within(span, joined(own.flatMap((source) => source.unobserved)))),
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : round6(value)
}
