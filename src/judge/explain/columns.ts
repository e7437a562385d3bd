import { compareText } from '../../model/order.ts'
import type { Cause } from '../../model/incident.ts'
import type { SliKind } from '../../model/sli.ts'
import { type Duration, formatDuration, type Instant } from '../../model/time.ts'
import { type Finding, OTHER } from '../../model/window.ts'
import type { Explanation } from './explain.ts'
import { clockTime, FINDING, findingText, percent, propertyOf } from './words.ts'

/** What a check found in a table's rows while they were bad, and for as long as is looked back before that. */
export interface ColumnFinding {
  readonly finding: Finding
  /** Rows with it in the stretch that is explained. */
  readonly count: number
  /** The first minute of them. */
  readonly first: Instant
  readonly before: number
}

/** A table's rows while its SLI was bad. Counts and names of the contract: never a value of a row. */
export interface ColumnEvidence {
  readonly kind: SliKind
  readonly startedAt: Instant
  /** Exclusive end of what the counts cover. */
  readonly until: Instant
  readonly rows: number
  readonly bad: number
  /** Rows of the stretch before, and how long it is. */
  readonly rowsBefore: number
  readonly lookedBack: Duration
  readonly findings: readonly ColumnFinding[]
  readonly timezone: string
}

/** Fewer bad rows than this say nothing. */
const LEAST_BAD = 3
/** A column that has a part in less of the bad rows isn't what is wrong with them. */
const MOST_OF_BAD = 0.5
const MOST_NAMED = 3

interface Column {
  readonly name: string
  /** Rows that break one of its checks, at least: a row may break several. */
  readonly count: number
  /** Rows beyond what the stretch before would have had in as many rows. */
  readonly risen: number
}

/**
 * Which columns make a table's rows bad: the cause is the column with a part in at least half of them; of several, the one that
 * rose most. Null where the bad rows are bad in different columns.
 */
export function explainColumns(evidence: ColumnEvidence): Explanation {
  const { kind, startedAt, until, rows, bad, rowsBefore, timezone } = evidence
  const telling = evidence.findings
    .filter(({ finding, count }) => finding.kind === FINDING[kind] && finding.path !== OTHER && count > 0)
    .sort((a, b) => b.count - a.count || compareText(findingText(a.finding), findingText(b.finding)))
  const byColumn = new Map<string, Column>()
  for (const { finding, count, before } of telling) {
    const name = propertyOf(finding.path)
    const risen = count - (rowsBefore === 0 ? 0 : (before * rows) / rowsBefore)
    const known = byColumn.get(name)
    byColumn.set(name, {
      name,
      count: Math.max(count, known?.count ?? 0),
      risen: Math.max(risen, known?.risen ?? risen),
    })
  }
  const ranked = [...byColumn.values()]
    .filter(({ count }) => count >= LEAST_BAD && count >= MOST_OF_BAD * bad)
    .sort((a, b) => b.risen - a.risen || compareText(a.name, b.name))
    .map(({ name, count }): Cause => {
      const shareOfBad = Math.min(1, count / bad)
      const shareOfAll = count / rows
      return { dimension: 'column', value: name, shareOfBad, shareOfAll, lift: shareOfBad / shareOfAll }
    })
  const cause = ranked[0] ?? null
  const words = [
    ...columnSentence(cause, telling.length),
    `since ${clockTime(startedAt, until, timezone)}`,
    ...telling.slice(0, MOST_NAMED).map((one) => checkSentence(one, evidence)),
  ]
  return { cause, ranked, words }
}

function columnSentence(cause: Cause | null, checks: number): readonly string[] {
  if (cause !== null) return [`${percent(cause.shareOfBad)} of the bad rows are bad in \`${cause.value}\``]
  return checks > 1 ? ['the bad rows are bad in different columns: none of them stands out'] : []
}

/** `` `amount`: below 0, in 60 of 300 rows since 12:30; in none of 300 the 30 min before `` */
function checkSentence({ finding, count, first, before }: ColumnFinding, evidence: ColumnEvidence): string {
  const { until, rows, rowsBefore, lookedBack, timezone } = evidence
  const now = `${findingText(finding)}, in ${number(count)} of ${number(rows)} rows since ${clockTime(first, until, timezone)}`
  if (rowsBefore === 0) return now
  const hours = formatDuration(lookedBack)
  return `${now}; in ${before === 0 ? 'none' : number(before)} of ${number(rowsBefore)} in the ${hours} before`
}

function number(count: number): string {
  return count.toLocaleString('en-US')
}
