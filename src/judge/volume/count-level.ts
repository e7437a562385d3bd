import { type CountSeries, MOST_COUNT } from './count-state.ts'
import { scaleDrift } from './drift.ts'
import { clamp } from './residual.ts'
import { cleanAt, rawAt, resum, setClean } from './rings.ts'
import type { OpenAlarm } from './watch.ts'
import { KEPT } from './window-steps.ts'

/** Takes what the alarm that is open found for normal, at once. */
export function acceptCounts(series: CountSeries): OpenAlarm | null {
  const { open } = series.watch
  if (open === null) return null
  acceptLevel(series, open.step, false)
  closeCounts(series)
  return open
}

/** Ends the alarm that is open. What it was seen in is no part of later windows, nor of later silences. */
export function closeCounts(series: CountSeries): void {
  series.watch.open = null
  series.since = series.rings.last + 1
  series.trail = 0
  series.silence = 0
}

/**
 * Whether nothing was observed for as long as the level remembers, or nothing came and that was accepted: then what comes may be anything, and
 * begins as what was never seen.
 */
export function isForgotten({ rings, asleep }: CountSeries, count: number): boolean {
  if (rings.last - rings.first + 1 < rings.raw.length) return false
  if (rings.weekSeen === 0 && rings.clean.every((each) => each < 0)) return true
  return asleep && count > 0 && rings.raw.every((each) => each <= 0)
}

/** The new level is the normal one: what was counted since `from` stands, and what was before is brought to its scale. */
export function acceptLevel(series: CountSeries, from: number, isYoung: boolean): void {
  const { rings } = series
  if (!scaleLevel(series, from)) {
    // Closed for the night, or for good. A young series learns its season from it; an old one keeps what it knows.
    series.asleep = true
    if (!isYoung) return
    for (let index = Math.max(from, rings.last - rings.perDay + 1); index <= rings.last; index += 1) {
      const raw = rawAt(rings, index)
      if (raw >= 0) setClean(rings, index, raw)
    }
    resum(rings)
    return
  }
  series.newLevelFrom = from
  series.newLevelUntil = rings.last + rings.perDay
}

/** False when nothing was counted, or nothing expected, so that there is no scale. */
export function scaleLevel(series: CountSeries, from: number): boolean {
  const { rings } = series
  const size = rings.raw.length
  let counted = 0
  let expected = 0
  const start = Math.max(from, rings.first, rings.last - KEPT + 1, rings.last - rings.perDay + 1)
  for (let index = start; index <= rings.last; index += 1) {
    const raw = rawAt(rings, index)
    if (raw < 0) continue
    counted += raw
    expected += series.expected[index % KEPT] ?? 0
  }
  if (counted <= 0 || expected <= 0) return false
  const factor = clamp(counted / expected, 1e-6, 1e6)
  for (let index = Math.max(rings.first, rings.last - size + 1, 0); index <= rings.last; index += 1) {
    const raw = rawAt(rings, index)
    if (raw < 0) continue
    if (index < from) {
      rings.raw[index % size] = Math.min(MOST_COUNT, raw * factor)
      setClean(rings, index, Math.min(MOST_COUNT, cleanAt(rings, index) * factor))
    } else setClean(rings, index, raw)
  }
  resum(rings)
  scaleDrift(series.drift, factor)
  return true
}
