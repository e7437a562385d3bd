import { didYouMean } from '../config/nearest.ts'
import type { Located, Project } from '../config/project.ts'
import type { SloConfig } from '../config/schema.ts'
import type { Problem } from '../model/problem.ts'
import { type Duration, formatDuration, HOUR } from '../model/time.ts'
import type { BurnRow, EventPlan } from './plan.ts'
import type { TablePlan } from './table-plan.ts'

/** What an SLO may name. */
export interface Nameable {
  readonly events: ReadonlyMap<string, EventPlan>
  readonly tables: ReadonlyMap<string, TablePlan>
  readonly sources: readonly string[]
  readonly unread: Project['unread']
}

/** Names that an SLO has of what isn't there. `subject`: what it judges, by its own name. */
export function nameProblems(
  located: Located<SloConfig>,
  subject: string,
  { events, tables, sources, unread }: Nameable,
): Problem[] {
  const { event, table, source } = located.value.sli
  const problems: Problem[] = []
  if (table !== undefined) {
    if (tables.has(subject) || unread.tables.all || unread.tables.names.has(table)) return []
    const hint = didYouMean(subject, [...tables.keys()], 'write one, or name a table that has one')
    return [located.problem(['sli', 'table'], `no contract has the table "${table}": ${hint}`)]
  }
  if (event !== undefined && !events.has(event) && !unread.events.all && !unread.events.names.has(event)) {
    const hint = didYouMean(event, [...events.keys()], 'write one, or name an event that has one')
    problems.push(located.problem(['sli', 'event'], `no contract has the event "${event}": ${hint}`))
  }
  if (source !== undefined && !sources.includes(source) && !unread.sources.all && !unread.sources.names.has(source)) {
    const hint = didYouMean(source, sources, `there are ${sources.join(', ') || 'none'}`)
    problems.push(located.problem(['sli', 'source'], `there is no source "${source}": ${hint}`))
  }
  return problems
}

/** A window in which nothing could be seen, or that reaches further back than hours are kept. */
export function windowProblems(located: Located<SloConfig>, retained: Duration): Problem[] {
  const { window } = located.value
  const text = formatDuration(window)
  if (window < HOUR) {
    return [
      located.problem(
        ['window'],
        `a window of ${text} is shorter than any burn can be seen in: write 1h or more, usually 30d`,
      ),
    ]
  }
  if (window <= retained) return []
  const kept = `hours are kept (${formatDuration(retained)})`
  return [
    located.problem(
      ['window'],
      `a window of ${text} is longer than ${kept}: shorten it, or raise retention.hours in assay.yaml`,
    ),
  ]
}

/** Rows that can't fire, in one warning an SLO. */
export function rowProblems(
  located: Located<SloConfig>,
  {
    rows,
    impossible,
    tooShort,
  }: {
    readonly rows: readonly BurnRow[]
    readonly impossible: readonly BurnRow[]
    readonly tooShort: readonly BurnRow[]
  },
): Problem[] {
  const seldom = tooShort.length === 0 ? [] : [located.problem(['sli', 'table'], seldomRead(tooShort, rows), 'warning')]
  if (impossible.length === 0) return seldom
  const { objective } = located.value
  const left = impossible.map(
    ({ severity, threshold, long }) => `${severity} at burn ${threshold} over ${formatDuration(long)}`,
  )
  const which = `${left.join(', ')} would need more than every record to be bad`
  const rest =
    rows.length === 0
      ? 'it never alerts'
      : rows.some(({ severity }) => severity === 'page')
        ? 'left out'
        : 'left out, so that it never pages'
  const message = `at an objective of ${objective} % rows can't fire: ${which}; ${rest}`
  return [located.problem(['objective'], message, 'warning'), ...seldom]
}

function seldomRead(left: readonly BurnRow[], rows: readonly BurnRow[]): string {
  const which = left.map(({ severity, long }) => `${severity} over ${formatDuration(long)}`).join(', ')
  const rest = rows.length === 0 ? 'it never alerts' : 'left out'
  return `its table is read too seldom for some rows, whose short windows must be twice the schedule: ${which}; ${rest}`
}

/** The parameters that a kind needs, and those that mean nothing to it. */
export function parameterProblems(located: Located<SloConfig>): Problem[] {
  const { sli } = located.value
  const problems: Problem[] = []
  for (const [key, kind] of [
    ['max_age', 'freshness'],
    ['max_delay', 'timeliness'],
  ] as const) {
    if (sli.kind === kind && sli[key] === undefined)
      problems.push(located.problem(['sli'], `${kind} needs ${key}, for example ${key}: 30m`))
    if (sli.kind !== kind && sli[key] !== undefined)
      problems.push(located.problem(['sli', key], `${key} means nothing to ${sli.kind}: leave it out`, 'error', true))
  }
  if (sli.active !== undefined && sli.active.from === sli.active.to) {
    problems.push(located.problem(['sli', 'active'], 'these hours end where they begin: no minute would count'))
  }
  return problems
}
