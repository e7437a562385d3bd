import type { Cause } from '../../model/incident.ts'
import { isTimeSlice, type SliKind } from '../../model/sli.ts'
import type { SubjectKind } from '../../model/subject.ts'
import type { Instant } from '../../model/time.ts'
import type { Finding } from '../../model/window.ts'
import { causesOf } from './causes.ts'
import type { FacetCount } from './segments.ts'
import { type FacetBefore, missingRecords } from './silence.ts'
import { causeSentence, clockTime, exampleSentence, findingSentences } from './words.ts'

/** What was seen of an event while it was bad. Values are redacted already. */
export interface Evidence {
  readonly kind: SliKind
  readonly event: string
  /** Absent: an event. */
  readonly subject?: SubjectKind
  readonly startedAt: Instant
  /** Exclusive end of what the counts cover. */
  readonly until: Instant
  /** Bad and all records of the SLI, over [startedAt, until). Of time slices `bad` is 0: what is missing shows beside `before`. */
  readonly facets: readonly FacetCount[]
  /** Time slices: all records in a stretch before the silence, however long; else empty. */
  readonly before: readonly FacetBefore[]
  /** Time slices: newest arrival before the silence, where it is known. */
  readonly lastArrival?: Instant | null
  readonly findings: readonly { readonly finding: Finding; readonly count: number }[]
  /** JSON pointers of properties with a fill goal of their own: unfilled, they make no record incomplete. */
  readonly apart?: readonly string[]
  /** A bad payload. */
  readonly example: string | null
  /** Civil time in the words is this IANA zone's. */
  readonly timezone: string
}

export interface Explanation {
  /** Null when the bad records are spread like all records. */
  readonly cause: Cause | null
  /** Up to five parts that stand out, the cause first. */
  readonly ranked: readonly Cause[]
  /** Sentences for people, most telling first: where from, since when, what is wrong, an example. */
  readonly words: readonly string[]
}

/** Where the bad records come from and what is wrong with them: SEMANTICS' "Cause", and the words for it. */
export function explain(evidence: Evidence): Explanation {
  return isTimeSlice(evidence.kind) ? explainSilence(evidence) : explainRecords(evidence)
}

function explainRecords(evidence: Evidence): Explanation {
  const { kind, startedAt, until, facets, findings, apart = [], example, timezone } = evidence
  const ranked = causesOf(facets)
  const cause = ranked[0] ?? null
  const words = [
    // A table's rows have no parts that could stand out but their columns: `explainColumns`.
    ...(evidence.subject === 'table' ? [] : [causeSentence(kind, cause)]),
    `since ${clockTime(startedAt, until, timezone)}`,
    ...findingSentences(
      kind,
      findings.filter(({ finding }) => finding.kind !== 'unfilled' || !apart.includes(finding.path)),
    ),
  ]
  if (example !== null) words.push(exampleSentence(example))
  return { cause, ranked, words }
}

function explainSilence({ kind, startedAt, until, facets, before, lastArrival, timezone }: Evidence): Explanation {
  const ranked = causesOf(missingRecords(before, facets))
  const cause = ranked[0] ?? null
  const since = lastArrival ?? null
  const silent =
    since === null
      ? `no record that is young enough since ${clockTime(startedAt, until, timezone)}`
      : `silent since ${clockTime(since, until, timezone)}`
  return { cause, ranked, words: cause === null ? [silent] : [causeSentence(kind, cause), silent] }
}
