import { nearest } from '../config/nearest.ts'
import { readTableName, writeTableName } from '../config/table-name.ts'
import type { Located, Project } from '../config/project.ts'
import { DAYS, type DomainConfig, type SloConfig } from '../config/schema.ts'
import { burnRows } from '../judge/slo/rows.ts'
import type { Problem } from '../model/problem.ts'
import { isTimeSlice, type Severity, type SliKind, type Tier } from '../model/sli.ts'
import { type SubjectKind, tableSource } from '../model/subject.ts'
import { DAY, type Duration, formatDuration, HOUR } from '../model/time.ts'
import type { ActiveHours, BurnRow, EventPlan, SloPlan } from './plan.ts'
import { tableParameterProblems, tableRows, watchesOnTable } from './table-slos.ts'
import type { TablePlan } from './table-plan.ts'

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
function objectiveRatio(percent: number): number {
  return Number((percent / 100).toFixed(8))
}

interface Surroundings {
  readonly events: ReadonlyMap<string, EventPlan>
  readonly tables: ReadonlyMap<string, TablePlan>
  readonly sources: readonly string[]
  readonly unread: Project['unread']
  readonly timezone: string
  /** How long hours are kept: no window can reach further back. */
  readonly retained: Duration
  /** Whether a file exists below the project's folder. */
  readonly exists: (path: string) => boolean
}

/** An SLO as written, checked against what it names. */
export function compileSlo(
  located: Located<SloConfig>,
  around: Surroundings,
): { slo: SloPlan | null; problems: readonly Problem[] } {
  const { value } = located
  const { sli, window } = value
  const subject = subjectOf(sli)
  const table = subject.kind === 'table' ? around.tables.get(subject.name) : undefined
  const event = subject.kind === 'table' ? table : around.events.get(subject.name)
  const runbook = value.runbook ?? RUNBOOKS[sli.kind]
  const objective = objectiveRatio(value.objective)
  // Volume pages on its detector's alarm: its ratio only spends budget.
  const possible = sli.kind === 'volume' ? { rows: [], impossible: [] } : burnRows(window, objective)
  const rows = table === undefined ? { ...possible, tooShort: [] } : tableRows(possible, table.warehouse.longestGap)
  const problems = [
    ...nameProblems(located, around),
    ...parameterProblems(located),
    ...(table === undefined ? [] : tableParameterProblems(located, table)),
    ...windowProblems(located, around.retained),
    ...runbookProblems(located, runbook, around),
    ...rowProblems(located, rows),
  ]
  if (event === undefined || problems.some(({ severity }) => severity === 'error')) return { slo: null, problems }
  const slo: SloPlan = {
    name: value.name,
    domain: event.domain,
    event: event.name,
    subject: subject.kind,
    kind: sli.kind,
    source: table === undefined ? (sli.source ?? null) : tableSource(table.name),
    objective,
    window,
    severity: value.severity ?? severityOf(event.tier),
    minTotal: value.min_total ?? (isTimeSlice(sli.kind) || sli.kind === 'volume' ? 0 : 20),
    maxAge: sli.max_age ?? null,
    maxDelay: sli.max_delay ?? null,
    active: activeOf(sli.active, around.timezone),
    rows: rows.rows,
    runbook,
    isDefault: false,
    description: value.description ?? '',
  }
  return { slo, problems }
}

/** What an SLO judges, by its own name. */
export function subjectOf({ event, table }: SloConfig['sli']): { readonly kind: SubjectKind; readonly name: string } {
  if (table === undefined) return { kind: 'event', name: event ?? '' }
  const parts = readTableName(table)
  return { kind: 'table', name: parts === null ? table : writeTableName(parts) }
}

function nameProblems(located: Located<SloConfig>, { events, tables, sources, unread }: Surroundings): Problem[] {
  const { event, table, source } = located.value.sli
  const problems: Problem[] = []
  if (table !== undefined) {
    const { name } = subjectOf(located.value.sli)
    if (tables.has(name) || unread.tables.all || unread.tables.names.has(table)) return []
    const near = nearest(name, [...tables.keys()])
    const hint = near === null ? 'write one, or name a table that has one' : `did you mean "${near}"?`
    return [located.problem(['sli', 'table'], `no contract has the table "${table}": ${hint}`)]
  }
  if (event !== undefined && !events.has(event) && !unread.events.all && !unread.events.names.has(event)) {
    const near = nearest(event, [...events.keys()])
    const hint = near === null ? 'write one, or name an event that has one' : `did you mean "${near}"?`
    problems.push(located.problem(['sli', 'event'], `no contract has the event "${event}": ${hint}`))
  }
  if (source !== undefined && !sources.includes(source) && !unread.sources.all && !unread.sources.names.has(source)) {
    const near = nearest(source, sources)
    const hint = near === null ? `there are ${sources.join(', ') || 'none'}` : `did you mean "${near}"?`
    problems.push(located.problem(['sli', 'source'], `there is no source "${source}": ${hint}`))
  }
  return problems
}

function windowProblems(located: Located<SloConfig>, retained: Duration): Problem[] {
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

function runbookProblems(located: Located<SloConfig>, runbook: string, { exists }: Surroundings): Problem[] {
  if (/^([/\\]|[A-Za-z]:)/.test(runbook) || runbook.split(/[/\\]/).includes('..')) {
    return [located.problem(['runbook'], 'a runbook lies below alerts/: write its path from there, without ".."')]
  }
  if (located.value.runbook === undefined || exists(`alerts/${runbook}`)) return []
  return [
    located.problem(['runbook'], `there is no file alerts/${runbook}: whoever is woken will look for it`, 'warning'),
  ]
}

/** Runbooks that SLOs get without naming one and that aren't there, each once; nothing where nobody keeps runbooks. */
export function missingRunbooks({ slos, domains, exists }: Project): Problem[] {
  if (!exists('alerts/runbooks')) return []
  const told = new Set<string>()
  const missing = (kind: string, problem: (message: string) => Problem): Problem[] => {
    const runbook = RUNBOOKS[kind as SliKind]
    if (exists(`alerts/${runbook}`) || told.has(runbook)) return []
    told.add(runbook)
    return [
      problem(`there is no file alerts/${runbook}, which every SLO of kind ${kind} links to: write it, or set runbook`),
    ]
  }
  return [
    ...slos.flatMap(({ value, problem }) =>
      value.runbook === undefined ? missing(value.sli.kind, (message) => problem([], message, 'warning')) : [],
    ),
    ...domains.flatMap(({ value, problem }) =>
      Object.keys(value.defaults?.slos ?? {}).flatMap((kind) =>
        missing(kind, (message) => problem(['defaults', 'slos', kind], message, 'warning')),
      ),
    ),
  ]
}

/** Rows that can't fire, in one warning an SLO. */
function rowProblems(
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
function parameterProblems(located: Located<SloConfig>): Problem[] {
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

function activeOf(active: SloConfig['sli']['active'], timezone: string): ActiveHours | null {
  if (active === undefined) return null
  return {
    days: active.days.map((day) => DAYS.indexOf(day)),
    from: minuteOfDay(active.from),
    to: minuteOfDay(active.to),
    timezone,
  }
}

function minuteOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return hours * 60 + minutes
}

/**
 * The default SLOs of the domain of an event or a table, as if they had been written out. A planned event has none, since what isn't sent yet
 * can't be late; a deprecated one is still judged, but may fall silent.
 */
export function defaultSlos(domain: Located<DomainConfig>, event: EventPlan | TablePlan): Located<SloConfig>[] {
  if (event.status === 'planned') return []
  const defaults = domain.value.defaults?.slos ?? {}
  return Object.entries(defaults).flatMap(([name, given]) => {
    if (given === undefined) return []
    const kind = name as SloConfig['sli']['kind']
    if ('warehouse' in event && !watchesOnTable(event, kind)) return []
    if (event.status === 'deprecated' && (kind === 'freshness' || kind === 'volume')) return []
    const { objective, window, severity, ...parameters } =
      typeof given === 'number' ? { objective: given } : { ...given }
    const value: SloConfig = {
      name: `${event.slug}-${kind}`,
      sli: {
        kind,
        ...('warehouse' in event ? { table: event.name } : { event: event.name }),
        ...parameters,
      },
      objective,
      window: window ?? 30 * DAY,
      severity,
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
