import { type Duration, type Instant, MINUTE } from '../model/time.ts'
import type { Watermark } from './evaluate/watermark.ts'

/** A watermark may stand still this long, beyond the source's own rhythm, before its SLOs are no longer judged. */
const PATIENCE: Duration = 2 * MINUTE

/** Notices sources whose watermark stands still. */
export interface BehindWatch {
  /** The sources that are behind at `now` (the world's clock), with since when. */
  readonly look: (watermarks: ReadonlyMap<string, Watermark>, now: Instant) => ReadonlyMap<string, Instant>
}

/** `rhythm`: how long a source's watermark may stand still by its nature; null: it doesn't count (disabled, unknown). */
export function createBehindWatch(rhythm: (source: string) => Duration | null): BehindWatch {
  const moved = new Map<string, { at: Instant; seen: Instant }>()
  return {
    look: (watermarks, now) => {
      const behind = new Map<string, Instant>()
      for (const [source, { at, complete }] of watermarks) {
        const patience = rhythm(source)
        if (complete || patience === null) {
          moved.delete(source)
          continue
        }
        const last = moved.get(source)
        if (last === undefined || at > last.at) moved.set(source, { at, seen: now })
        else if (now - last.seen >= patience + PATIENCE) behind.set(source, last.seen)
      }
      return behind
    },
  }
}
