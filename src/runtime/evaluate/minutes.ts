import type { ChangedIncident, IncidentBook, Judged } from '../../judge/incidents/book.ts'
import type { Standing } from '../../judge/slo/standing.ts'
import { floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { Accounts } from './accounts.ts'
import { hasChanged, isWritten, type Line } from './lines.ts'

/** One minute of the data, judged for every SLO whose sources have passed it. */
export interface JudgedMinute {
  readonly at: Instant
  readonly judged: readonly Judged[]
  readonly changes: readonly ChangedIncident[]
  /** The verdicts that are written down. */
  readonly lines: readonly Line[]
  /** The verdicts that are not as they were the minute before. */
  readonly changed: readonly Line[]
}

/** What is remembered from one minute to the next beside the accounts. */
export interface Written {
  /** Last line of each SLO, and its newest verdict whether written or not. */
  readonly lines: Map<string, Line>
  readonly newest: Map<string, Line>
}

/** Judges, oldest first, every minute that the watermarks have passed. One minute a step, so that the caller can look at each incident as it was then. */
export function* judgeMinutes(
  accounts: Accounts,
  book: IncidentBook,
  written: Written,
  all: boolean,
): Generator<JudgedMinute> {
  for (;;) {
    const due = nextDue(accounts)
    if (due === null) return
    const judged = due.standings.map((standing) => ({
      standing,
      judgement: standing.judge(accounts.facts(standing, due.at - MINUTE)),
    }))
    const changes = book.take(due.at, judged)
    const lines: Line[] = []
    const changed: Line[] = []
    for (const { standing, judgement } of judged) {
      const line = { verdict: judgement.verdict, rows: judgement.rows }
      if (hasChanged(written.newest.get(standing.slo.name) ?? null, line)) changed.push(line)
      written.newest.set(standing.slo.name, line)
      if (!all && !isWritten(written.lines.get(standing.slo.name) ?? null, line)) continue
      written.lines.set(standing.slo.name, line)
      lines.push(line)
    }
    yield { at: due.at, judged, changes, lines, changed }
  }
}

/** The oldest minute that can be judged, with the SLOs that are at it. */
function nextDue(accounts: Accounts): { at: Instant; standings: readonly Standing[] } | null {
  let at = Number.POSITIVE_INFINITY
  let standings: Standing[] = []
  for (const standing of accounts.standings()) {
    const next = standing.at() + MINUTE
    if (next > at) continue
    const until = accounts.judgeable(standing)
    if (until === null || next > until) continue
    if (next < at) standings = []
    at = next
    standings.push(standing)
  }
  return standings.length === 0 ? null : { at, standings }
}

/** The hours that a stretch of judged minutes touched. */
export function hoursBetween(from: Instant, to: Instant): readonly Instant[] {
  const hours: Instant[] = []
  for (let hour = floorTo(from, HOUR); hour < to; hour += HOUR) hours.push(hour)
  return hours
}
