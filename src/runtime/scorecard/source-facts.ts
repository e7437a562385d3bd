import { tableSource } from '../../model/subject.ts'
import { type Duration, type Instant, MINUTE } from '../../model/time.ts'
import type { SeriesKey } from '../../model/window.ts'
import type { Plan } from '../../plan/plan.ts'
import type { SourceFacts } from '../../report/scorecard/facts.ts'
import { joined, observedMinutes, type Stretch, without } from '../../report/scorecard/stretches.ts'
import { observedSpans, sourceProgress } from '../../store/positions.ts'
import type { Sql } from '../../store/sql.ts'
import type { Firsts } from '../evaluate/firsts.ts'
import { type Watermark, watermarkOf } from '../evaluate/watermark.ts'

/** How far a source may be behind a month that isn't over before the rest of it counts as unobserved; a table: two passes more. */
const BEHIND: Duration = 10 * MINUTE

/** When each source of the plan, or that brought records in the month, had something to be observed, and what of it wasn't. */
export async function sourceFacts(
  sql: Sql,
  plan: Plan,
  arrived: readonly SeriesKey[],
  firsts: Firsts,
  span: Stretch,
): Promise<SourceFacts[]> {
  const types = new Map(plan.sources.map(({ id, type }) => [id, type]))
  const tables = new Map([...plan.tables.values()].map((table) => [tableSource(table.name), table.warehouse]))
  const progress = new Map((await sourceProgress(sql)).map(({ source, partitions }) => [source, partitions]))
  const ids = [...new Set([...types.keys(), ...tables.keys(), ...arrived.map(({ source }) => source)])].sort()
  const found: SourceFacts[] = []
  for (const id of ids) {
    const watermark = watermarkOf(progress.get(id) ?? [], types.get(id) ?? null)
    const warehouse = tables.get(id)
    const behind = warehouse === undefined ? BEHIND : BEHIND + 2 * warehouse.longestGap + warehouse.safety
    const tolerated = types.has(id) || warehouse !== undefined ? behind : null
    const expected = expectedOf(firsts.sources[id] ?? null, watermark, tolerated, span)
    const spans =
      types.get(id) === 'file' || expected === null ? null : await observedSpans(sql, id, expected.from, expected.to)
    found.push({
      id,
      expected,
      unobserved: expected === null ? [] : unobservedOf(expected, watermark, spans, types.get(id) === 'kafka'),
    })
  }
  return found
}

/**
 * From its first record on, to the end of the span; of a source that is complete, gone (`tolerated` null) or hardly behind, to its
 * own. Without a watermark nobody knows how far it was read.
 */
function expectedOf(
  first: Instant | null,
  watermark: Watermark | null,
  tolerated: Duration | null,
  span: Stretch,
): Stretch | null {
  if (first === null) return null
  const from = Math.max(span.from, first)
  if (watermark === null) return tolerated !== null && from < span.to ? { from, to: span.to } : null
  const isOver = watermark.complete || tolerated === null || span.to - watermark.at <= tolerated
  const to = isOver ? Math.min(span.to, watermark.at) : span.to
  return from < to ? { from, to } : null
}

/** `spans`: by partition, when it listened; null or empty: whatever came before its watermark has been read. */
function unobservedOf(
  expected: Stretch,
  watermark: Watermark | null,
  spans: ReadonlyMap<string, readonly { readonly started: Instant; readonly ended: Instant }[]> | null,
  isStream: boolean,
): Stretch[] {
  if (spans === null || spans.size === 0) {
    return without(expected, [{ from: expected.from, to: Math.max(expected.from, watermark?.at ?? expected.from) }])
  }
  const listened = [...spans.values()].map((own) => own.map(({ started, ended }) => ({ from: started, to: ended })))
  if (!isStream) return without(expected, observedMinutes(listened))
  // Of a stream every partition must have been read.
  return joined(listened.flatMap((own) => without(expected, observedMinutes([own]))))
}
