import type { Instant } from '../../model/time.ts'

/**
 * What people know and counts don't tell. A holiday is a day type of its own; what came in an incident or a backfill is left out as if it
 * hadn't been observed; at a launch, or when a new normal is accepted, a change of level is taken at once. Changing them for the past
 * is a rebuild from the stored hours; `accept` takes what an open alarm found for normal, at the end of the step it lies in.
 */
export interface Annotation {
  readonly kind: 'holiday' | 'incident' | 'backfill' | 'launch' | 'accept'
  readonly from: Instant
  /** Exclusive. */
  readonly to: Instant
  /** Null: all series. A holiday is everyone's. */
  readonly series: string | null
}

/** What holds for a series in a step. */
export function annotated(
  annotations: readonly Annotation[],
  kinds: readonly Annotation['kind'][],
  series: string,
  from: Instant,
  to: Instant,
): boolean {
  return annotations.some(
    (each) =>
      kinds.includes(each.kind) && (each.series === null || each.series === series) && each.from < to && each.to > from,
  )
}

/** Whether an instant lies in a tagged holiday. A calendar of every week is thousands of them, asked for at each step. */
export function holidaysIn(annotations: readonly Annotation[]): (at: Instant) => boolean {
  const spans: { readonly from: Instant; to: Instant }[] = []
  for (const { kind, from, to } of annotations.toSorted((a, b) => a.from - b.from)) {
    if (kind !== 'holiday') continue
    const last = spans.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else spans.push({ from, to })
  }
  return (at) => {
    let [low, high] = [0, spans.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((spans[middle]?.from ?? 0) <= at) low = middle + 1
      else high = middle
    }
    return at < (spans[low - 1]?.to ?? Number.NEGATIVE_INFINITY)
  }
}
