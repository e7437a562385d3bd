import { DAY, type Duration, HOUR, type Instant } from '../model/time.ts'
import type { Watermark } from './evaluate/watermark.ts'

/** A source that stands still keeps old rows from being removed for this long, not for ever. */
export const HOLDS_BACK: Duration = 2 * DAY
/** One that has moved within this time is catching up: what it brings is judged before it is removed, however old it is. */
const CATCHING_UP: Duration = HOUR

/** The data's clock by which retention goes: the least of the running sources' watermarks that still hold something back. */
export interface RetentionClock {
  /** `now`: the world's clock. */
  readonly at: (watermarks: ReadonlyMap<string, Watermark>, now: Instant) => Instant
}

export function createRetentionClock(): RetentionClock {
  const moved = new Map<string, { readonly at: Instant; readonly seen: Instant }>()
  return {
    at: (watermarks, now) => {
      let least = now
      for (const source of moved.keys()) if (!watermarks.has(source)) moved.delete(source)
      for (const [source, { at, complete }] of watermarks) {
        if (complete) continue
        const last = moved.get(source)
        const seen = last === undefined || at > last.at ? now : last.seen
        moved.set(source, { at, seen })
        least = Math.min(least, now - seen < CATCHING_UP ? at : Math.max(at, now - HOLDS_BACK))
      }
      return least
    },
  }
}
