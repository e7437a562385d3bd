import { nearest } from '../config/nearest.ts'
import type { Located } from '../config/project.ts'
import { DAYS, type DomainConfig, type SloConfig } from '../config/schema.ts'
import { burnRows } from '../judge/slo/rows.ts'
import type { Problem } from '../model/problem.ts'
import { isTimeSlice, type Severity, type SliKind, type Tier } from '../model/sli.ts'
import { DAY, formatDuration, MINUTE, parseDuration } from '../model/time.ts'
import type { ActiveHours, EventPlan, SloPlan } from './plan.ts'

const RUNBOOKS: Readonly<Record<SliKind, string>> = {
  validity: 'runbooks/schema-violations.md',
  completeness: 'runbooks/completeness.md',
  freshness: 'runbooks/freshness.md',
  uniqueness: 'runbooks/duplicates.md',
  timeliness: 'runbooks/lateness.md',
  volume: 'runbooks/volume.md',
  landing: 'runbooks/lateness.md',
  lag: 'runbooks/ingest-behind.md',
}

/** Severity by tier: P0 and P1 page, P2 is a ticket, P3 for information. */
function severityOf(tier: Tier): Severity {
  switch (tier) {
    case 'P0':
    case 'P1':
      return 'page'
    case 'P2':
      return 'ticket'
    case 'P3':
      return 'info'
  }
}

/** Percent read as a decimal: 99.9 / 100 would be 0.9990000000000001. */
export function objectiveRatio(percent: number): number {
  return Number((percent / 100).toFixed(8))
}

interface Surroundings {
  readonly events: ReadonlyMap<string, EventPlan>
  readonly sources: readonly string[]
  readonly timezone: string
  /** Whether a file exists below the project's folder. */
  readonly exists: (path: string) => boolean
}

/** An SLO as written, checked against what it names. */
export function compileSlo(located: Located<SloConfig>, around: Surroundings): { slo: SloPlan | null; problems: readonly Problem[] } {
  const { value } = located
  const { sli } = value
  const problems: Problem[] = []
  const event = around.events.get(sli.event)
  if (event === undefined) {
    const near = nearest(sli.event, [...around.events.keys()])
    problems.push(located.problem(['sli', 'event'], `no contract has the event "${sli.event}": ${near === null ? 'write one, or name an event that has one' : `did you mean "${near}"?`}`))
  }
  if (sli.source !== undefined && !around.sources.includes(sli.source)) {
    const near = nearest(sli.source, around.sources)
    problems.push(located.problem(['sli', 'source'], `there is no source "${sli.source}": ${near === null ? `there are ${around.sources.join(', ') || 'none'}` : `did you mean "${near}"?`}`))
  }
  problems.push(...parameterProblems(located))
  const window = parseDuration(value.window) ?? 30 * DAY
  if (window < 5 * MINUTE || window > 400 * DAY) {
    problems.push(located.problem(['window'], `a window of ${value.window} can't be judged: from 5m to 400d`))
  }
  const runbook = value.runbook ?? RUNBOOKS[sli.kind]
  if (runbook.split('/').includes('..')) problems.push(located.problem(['runbook'], 'a runbook lies below alerts/: leave out ".."'))
  else if (value.runbook !== undefined && !around.exists(`alerts/${runbook}`)) {
    problems.push(located.problem(['runbook'], `there is no file alerts/${runbook}`, 'warning'))
  }
  const { rows, impossible } = burnRows(window, objectiveRatio(value.objective))
  for (const row of sli.kind === 'volume' ? [] : impossible) {
    problems.push(located.problem(['objective'], `at ${value.objective} % the ${row.severity} row of ${formatDuration(row.long)} (burn ${row.threshold}) can never be true, not even with every record bad: it is left out`, 'warning'))
  }
  if (event === undefined || problems.some(({ severity }) => severity === 'error')) return { slo: null, problems }
  const slo: SloPlan = {
    name: value.name,
    domain: event.domain,
    event: event.name,
    kind: sli.kind,
    source: sli.source ?? null,
    objective: objectiveRatio(value.objective),
    window,
    severity: value.severity ?? severityOf(event.tier),
    minTotal: value.min_total ?? (isTimeSlice(sli.kind) ? 0 : 20),
    maxAge: sli.max_age === undefined ? null : parseDuration(sli.max_age),
    maxDelay: sli.max_delay === undefined ? null : parseDuration(sli.max_delay),
    active: activeOf(sli.active, around.timezone),
    rows: sli.kind === 'volume' ? [] : rows,
    runbook,
    isDefault: false,
    description: value.description ?? '',
  }
  return { slo, problems }
}

/** The parameters that a kind needs, and those that mean nothing to it. */
function parameterProblems(located: Located<SloConfig>): Problem[] {
  const { sli } = located.value
  const problems: Problem[] = []
  for (const [key, kind] of [
    ['max_age', 'freshness'],
    ['max_delay', 'timeliness'],
  ] as const) {
    if (sli.kind === kind && sli[key] === undefined) problems.push(located.problem(['sli'], `${kind} needs ${key}, for example ${key}: 30m`))
    if (sli.kind !== kind && sli[key] !== undefined) problems.push(located.problem(['sli', key], `${key} means nothing to ${sli.kind}: leave it out`, 'error', true))
  }
  if (sli.active !== undefined && sli.active.from === sli.active.to) {
    problems.push(located.problem(['sli', 'active'], 'these hours end where they begin: no minute would count'))
  }
  return problems
}

function activeOf(active: SloConfig['sli']['active'], timezone: string): ActiveHours | null {
  if (active === undefined) return null
  return { days: active.days.map((day) => DAYS.indexOf(day)), from: minuteOfDay(active.from), to: minuteOfDay(active.to), timezone }
}

function minuteOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}

/** The default SLOs of an event's domain, as if they had been written out. */
export function defaultSlos(domain: Located<DomainConfig>, event: EventPlan): Located<SloConfig>[] {
  const defaults = domain.value.defaults?.slos ?? {}
  return Object.entries(defaults).flatMap(([kind, given]) => {
    if (given === undefined) return []
    const { objective, window, ...parameters } = typeof given === 'number' ? { objective: given } : { ...given }
    const value: SloConfig = {
      name: `${event.slug}-${kind}`,
      sli: { kind: kind as SloConfig['sli']['kind'], event: event.name, ...parameters },
      objective,
      window: window ?? '30d',
    }
    return [
      {
        value,
        domain: domain.domain,
        problem: (_path, message, severity) => domain.problem(['defaults', 'slos', kind], message, severity),
      },
    ]
  })
}
