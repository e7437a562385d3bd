import { tableOfSource } from '../../model/subject.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { observedSpans, type StoredSpan } from '../../store/positions.ts'
import type { Sql } from '../../store/sql.ts'
import { wasObserved } from '../evaluate/observed.ts'

/** Whether stretches of time were observed, from what the store knows of who listened when. */
export interface Listening {
  /** All but a few minutes of the hour from `start`, by each of these sources. */
  readonly throughHour: (sources: readonly string[], start: Instant) => boolean
  /** Every minute of [from, to), which lies in one hour. */
  readonly throughout: (sources: readonly string[], from: Instant, to: Instant) => boolean
}

/** Minutes of an hour that may be unobserved before it says nothing. */
const UNOBSERVED = 2
const MINUTES = Array.from({ length: 60 }, (_, minute) => minute)

/** Reads all that is kept, so that a long stretch without any isn't taken for a source that keeps none. */
export async function readListening(sql: Sql, plan: Plan, sources: readonly string[], to: Instant): Promise<Listening> {
  const types = new Map(plan.sources.map(({ id, type }) => [id, type]))
  const spans = new Map<string, ReadonlyMap<string, readonly StoredSpan[]>>()
  for (const source of sources) {
    // What arrived while nobody read an archive or a table is still in it.
    if (types.get(source) === 'file' || tableOfSource(source) !== null) continue
    spans.set(source, await observedSpans(sql, source, 0, to))
  }
  /** Of the hour asked about last: hours are asked about one after the other, each by all streams. */
  let hour: Instant | null = null
  const known = new Map<string, readonly boolean[]>()

  function minutesOf(source: string, start: Instant): readonly boolean[] {
    if (hour !== start) known.clear()
    hour = start
    const minutes = known.get(source) ?? wholeMinutes(spans.get(source), start, types.get(source) === 'kafka')
    known.set(source, minutes)
    return minutes
  }

  return {
    throughHour: (sources, start) => {
      const each = sources.map((source) => minutesOf(source, start))
      return MINUTES.filter((minute) => each.some((minutes) => minutes[minute] === false)).length <= UNOBSERVED
    },
    throughout: (sources, from, to) => {
      const start = from - (from % HOUR)
      const asked = MINUTES.slice((from - start) / MINUTE, (to - start) / MINUTE)
      return sources.every((source) => asked.every((minute) => minutesOf(source, start)[minute] === true))
    },
  }
}

/** Which minutes of an hour a source observed. A partition counts from its first span on. */
function wholeMinutes(
  all: ReadonlyMap<string, readonly StoredSpan[]> = new Map(),
  start: Instant,
  isStream: boolean,
): readonly boolean[] {
  const near = new Map(
    [...all].flatMap(([partition, kept]) =>
      kept.some(({ started }) => started < start + HOUR)
        ? [[partition, kept.filter(({ ended }) => ended >= start - MINUTE)] as const]
        : [],
    ),
  )
  const begun = near.size > 0 || all.size === 0
  return MINUTES.map((minute) => begun && wasObserved(near, start + minute * MINUTE, isStream))
}
