import { iso, type Instant } from '../model/time.ts'
import type { MatchConfig, RoutesConfig } from './config.ts'
import { type Labels, MATCH_LABELS } from './labels.ts'

/** Why nobody is told. Recorded with the incident, so that silence can be told from neglect. */
export interface Suppression {
  readonly reason: 'maintenance' | 'inhibited' | 'no_route'
  /** In words, for the time line. */
  readonly text: string
}

/** Whether every label that `match` names has one of its values; an empty or absent match holds for all. */
export function matches(match: MatchConfig | undefined, labels: Labels): boolean {
  if (match === undefined) return true
  return MATCH_LABELS.every((label) => {
    const wanted = match[label]
    if (wanted === undefined) return true
    const values: readonly string[] = typeof wanted === 'string' ? [wanted] : wanted
    return labels[label].some((value) => values.includes(value))
  })
}

/** The receivers of the first route that matches, in its order, each once. */
export function receiversFor(routes: RoutesConfig, labels: Labels): readonly string[] {
  const route = routes.routes.find(({ match }) => matches(match, labels))
  return route === undefined ? [] : [...new Set(route.to)]
}

/**
 * Why an incident with these labels must keep quiet at `at`, or null. `others`: labels of the other incidents that are open.
 * A maintenance window holds from `from` up to, not including, `to`. An inhibition holds back a target while another incident
 * matches its source and has the same value (or none, like the target) for every label in `equal`.
 */
export function suppression(
  routes: RoutesConfig,
  labels: Labels,
  others: readonly Labels[],
  at: Instant,
): Suppression | null {
  for (const window of routes.maintenance) {
    const [from, to] = [Date.parse(window.from), Date.parse(window.to)]
    if (at < from || at >= to || !matches(window.match, labels)) continue
    return { reason: 'maintenance', text: `maintenance until ${iso(to)}: ${window.reason}` }
  }
  for (const rule of routes.inhibitions) {
    if (!matches(rule.target, labels)) continue
    // An incident that is a source itself is not held back by its like: two such would silence each other.
    if (matches(rule.source, labels)) continue
    const source = others.find(
      (other) => matches(rule.source, other) && rule.equal.every((label) => agree(labels[label], other[label])),
    )
    if (source === undefined) continue
    const what = source.event[0] ?? source.table[0] ?? source.domain[0] ?? 'Assay itself'
    return { reason: 'inhibited', text: `held back while an incident of ${what} is open` }
  }
  return null
}

function agree(a: readonly string[], b: readonly string[]): boolean {
  return (a.length === 0 && b.length === 0) || a.some((value) => b.includes(value))
}
