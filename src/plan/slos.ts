import { readTableName, writeTableName } from '../config/table-name.ts'
import type { Located } from '../config/project.ts'
import { DAYS, type SloConfig } from '../config/schema.ts'
import { burnRows } from '../judge/slo/rows.ts'
import type { Problem } from '../model/problem.ts'
import { isTimeSlice, type Severity, type Tier } from '../model/sli.ts'
import { type SubjectKind, tableSource } from '../model/subject.ts'
import type { Duration } from '../model/time.ts'
import type { ActiveHours, SloPlan } from './plan.ts'
import { RUNBOOKS, runbookProblems } from './runbooks.ts'
import { type Nameable, nameProblems, parameterProblems, rowProblems, windowProblems } from './slo-problems.ts'
import { tableParameterProblems, tableRows } from './table-slos.ts'

interface Surroundings extends Nameable {
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
    ...nameProblems(located, subject.name, around),
    ...parameterProblems(located),
    ...(table === undefined ? [] : tableParameterProblems(located, table)),
    ...windowProblems(located, around.retained),
    ...runbookProblems(located, runbook, around.exists),
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
