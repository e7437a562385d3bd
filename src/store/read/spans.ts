import { DAY, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { SeriesKind } from '../../model/window.ts'
import type { SqlValue } from '../sql.ts'

/** [from, to) in arrival time. */
export interface Span {
  readonly from: Instant
  readonly to: Instant
}

/** Minutes are kept this long at least; where a span begins or ends earlier it is widened to whole hours. */
const MINUTES_KEPT = 47 * HOUR

/** The span that stored counts can answer: whole minutes, or whole hours at an end where the minutes are gone. */
export function answerable(span: Span, now: Instant): Span {
  const grain = (at: Instant) => (at < now - MINUTES_KEPT ? HOUR : MINUTE)
  const last = grain(span.to)
  return { from: floorTo(span.from, grain(span.from)), to: Math.ceil(span.to / last) * last }
}

/** The 24 hour rows that end with the one `now` falls in: what a page shows as a day. */
export function dayUntil(now: Instant): Span {
  const to = floorTo(now, HOUR) + HOUR
  return { from: to - DAY, to }
}

/** Limits a read to the series of some names, found by the tables' primary keys instead of a walk over the whole span. */
export function seriesOf(kind: SeriesKind, events: readonly string[]): Filter {
  const names = listed(events)
  return {
    clause: `and series in (select id from series where kind = ? and event in (${names.marks}))`,
    values: [kind, ...names.values],
  }
}

export interface Filter {
  readonly clause: string
  readonly values: readonly SqlValue[]
}

/** A `from` clause that reads a span once: whole hours from hour rows, the ends from minute rows. */
export function rowsOf(
  table: 'window' | 'facet' | 'finding',
  columns: string,
  span: Span,
  filter: Filter = { clause: '', values: [] },
): [string, SqlValue[]] {
  const firstHour = Math.ceil(span.from / HOUR) * HOUR
  const lastHour = floorTo(span.to, HOUR)
  const part = (grain: string) =>
    `select ${columns} from ${table}_${grain} where start >= ? and start < ? ${filter.clause}`
  const values = (from: Instant, to: Instant) => [from, to, ...filter.values]
  if (firstHour >= lastHour) return [`(${part('minute')})`, values(span.from, span.to)]
  return [
    `(${part('hour')} union all ${part('minute')} union all ${part('minute')})`,
    [...values(firstHour, lastHour), ...values(span.from, firstHour), ...values(lastHour, span.to)],
  ]
}

/** A list of values for `in (…)`, its last value repeated up to a power of two: few texts, so that they stay prepared. */
export function listed(values: readonly SqlValue[]): { readonly marks: string; readonly values: readonly SqlValue[] } {
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, values.length)))
  const padded = [...values, ...new Array<SqlValue>(size - values.length).fill(values.at(-1) ?? null)]
  return { marks: padded.map(() => '?').join(', '), values: padded }
}
