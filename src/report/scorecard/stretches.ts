import { type Duration, floorTo, type Instant, MINUTE } from '../../model/time.ts'

/** [from, to) */
export interface Stretch {
  readonly from: Instant
  readonly to: Instant
}

/** A gap up to this long between two spans of listening doesn't make a minute unobserved. */
const TOLERATED_GAP: Duration = 5_000

/** Stretches without overlap, sorted; those that touch become one. `gap`: how far apart they may lie to touch. */
export function joined(stretches: readonly Stretch[], gap: Duration = 0): Stretch[] {
  const out: Stretch[] = []
  for (const { from, to } of [...stretches].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = out.at(-1)
    if (last !== undefined && from <= last.to + gap)
      out[out.length - 1] = { from: last.from, to: Math.max(last.to, to) }
    else out.push({ from, to })
  }
  return out
}

/** What of `whole` none of `stretches` covers. */
export function without(whole: Stretch, stretches: readonly Stretch[]): Stretch[] {
  const out: Stretch[] = []
  let at = whole.from
  for (const { from, to } of joined(stretches)) {
    if (from > at) out.push({ from: at, to: Math.min(from, whole.to) })
    at = Math.max(at, to)
    if (at >= whole.to) break
  }
  if (at < whole.to) out.push({ from: at, to: whole.to })
  return out.filter(({ from, to }) => from < to)
}

/** The part of each stretch that lies in `whole`. */
export function within(whole: Stretch, stretches: readonly Stretch[]): Stretch[] {
  return stretches
    .map(({ from, to }) => ({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) }))
    .filter(({ from, to }) => from < to)
}

/** The whole minutes throughout which one partition listened, of spans by partition (SEMANTICS: gaps up to 5 s don't count). */
export function observedMinutes(partitions: Iterable<readonly Stretch[]>): Stretch[] {
  const minutes = [...partitions].flatMap((spans) =>
    joined(spans, TOLERATED_GAP)
      .map(({ from, to }) => ({ from: Math.ceil(from / MINUTE) * MINUTE, to: floorTo(to, MINUTE) }))
      .filter(({ from, to }) => from < to),
  )
  return joined(minutes)
}

/** How many minutes they cover. Without overlap. */
export function minutesIn(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + Math.floor((to - from) / MINUTE), 0)
}
