import { localTime, span } from '../alert/figures.ts'
import { type Duration, type Instant, MINUTE, SECOND } from '../model/time.ts'
import type { Standstill, Standstills } from './evaluate/about-assay.ts'
import type { Watermark } from './evaluate/watermark.ts'

/** A round of judging takes no longer than that beside the next. */
const PAUSED: Duration = 2 * MINUTE
/** Clocks are put right by that much all the time. */
const TRIFLE: Duration = 5 * SECOND

/**
 * What a step of this machine's clock between two rounds means, in words; null: there was none. Set forward it can't be told from
 * a machine that slept.
 */
export function stepWords(before: Instant, now: Instant, timezone: string): string | null {
  if (now - before > PAUSED) {
    return `no round of judging for ${span(now - before)}: this machine slept, or its clock was set forward; what came meanwhile is counted when it is read`
  }
  if (before - now <= TRIFLE) return null
  return `this machine's clock was set back by ${span(before - now)}: what comes now counts in its own minutes, and judging goes on once it is ${localTime(before, timezone)} again`
}

/** Of sources that stand still since the clock was set back: that it is the clock. `known` stays what it is. */
export function withClock(
  known: Standstills,
  behind: ReadonlyMap<string, Instant>,
  watermarks: ReadonlyMap<string, Watermark>,
  { now, timezone }: { readonly now: Instant; readonly timezone: string },
): Standstills {
  const ahead = [...behind.keys()].flatMap((source): [string, Standstill][] => {
    const at = watermarks.get(source)?.at ?? now
    if (known.has(source) || at <= now) return []
    const text = `This machine's clock was set back, or was ahead before: everything up to ${localTime(at, timezone)} is judged already, and judging goes on once it is that late again. If the clock is wrong now, put it right.`
    return [[source, { reason: 'ingest_behind', text }]]
  })
  return ahead.length === 0 ? known : new Map([...known, ...ahead])
}
