import { round6 } from '../../model/ratio.ts'
import { isTimeSlice } from '../../model/sli.ts'
import { formatDuration } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { SloPlan } from '../../plan/plan.ts'

/** An SLO as OpenLineage's data quality assertion. */
export interface Assertion {
  readonly assertion: string
  readonly success: boolean
  readonly column?: string
  readonly severity: 'error' | 'warn'
  readonly name: string
  readonly description: string
  readonly expected: string
  readonly actual: string
}

/** An SLO as OpenLineage's test. */
export interface Test {
  readonly name: string
  readonly status: 'pass' | 'fail' | 'skip'
  readonly severity: 'error' | 'warn'
  readonly type: string
  readonly description: string
}

/** An SLO with what it is worth; null: it has not been judged. */
export interface JudgedSlo {
  readonly slo: SloPlan
  readonly verdict: Verdict | null
}

/** What the dataset asserted upon calls its columns. */
export interface Columns {
  /** Those that completeness watches. */
  readonly watched: readonly string[]
  /** What one is called in the schema facet. */
  readonly nameOf: (column: string) => string
}

/**
 * One assertion per SLO that was met or violated. One that could not be judged is neither: an assertion has to say which, so
 * that it has none, and stands among the tests as skipped.
 */
export function assertionsOf(judged: readonly JudgedSlo[], columns: Columns): Assertion[] {
  return judged.flatMap(({ slo, verdict }): Assertion[] => {
    if (verdict === null || (verdict.outcome !== 'met' && verdict.outcome !== 'violated')) return []
    const column = columnAsserted(slo, columns)
    return [
      {
        assertion: slo.kind,
        success: verdict.outcome === 'met',
        ...(column === null ? {} : { column: columns.nameOf(column) }),
        severity: severityOf(slo),
        name: slo.name,
        description: describe(slo, verdict),
        expected: `>= ${round6(slo.objective)}`,
        actual: verdict.ratio === null ? 'unknown' : String(round6(verdict.ratio)),
      },
    ]
  })
}

/** Every SLO, the ones that could not be judged as skipped, with the reason. */
export function testsOf(judged: readonly JudgedSlo[]): Test[] {
  return judged.map(({ slo, verdict }) => ({
    name: slo.name,
    status: statusOf(verdict),
    severity: severityOf(slo),
    type: slo.kind,
    description: describe(slo, verdict),
  }))
}

function statusOf(verdict: Verdict | null): Test['status'] {
  if (verdict?.outcome === 'met') return 'pass'
  return verdict?.outcome === 'violated' ? 'fail' : 'skip'
}

function severityOf({ severity }: SloPlan): 'error' | 'warn' {
  return severity === 'info' ? 'warn' : 'error'
}

/** The one column that a completeness SLO is about, where it is about one. */
function columnAsserted({ kind }: SloPlan, { watched }: Columns): string | null {
  const [only] = watched
  return kind === 'completeness' && watched.length === 1 && only !== undefined ? only : null
}

function describe(slo: SloPlan, verdict: Verdict | null): string {
  const window = `over ${formatDuration(slo.window)}`
  if (verdict === null) return 'not judged yet'
  const { outcome, reason, good, total, lower, upper } = verdict
  const what = isTimeSlice(slo.kind) ? 'minutes' : slo.kind === 'volume' ? 'hours' : 'records'
  const counts = `${round6(good)} of ${round6(total)} ${what} good ${window}`
  const spread =
    lower === null || upper === null || lower === upper ? '' : `, between ${round6(lower)} and ${round6(upper)}`
  if (outcome === 'met' || outcome === 'violated') return `${counts}${spread}`
  return `${outcome}${reason === null ? '' : ` (${reason})`}: ${counts}${spread}`
}
