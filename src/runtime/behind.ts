import { type Duration, type Instant, MINUTE } from '../model/time.ts'
import type { Watermark } from './evaluate/watermark.ts'

/** A watermark may stand still this long, beyond the source's own rhythm, before its SLOs are no longer judged. */
const PATIENCE: Duration = 2 * MINUTE

/**
 * What one stretch between two looks counts at most. Looks come every second: where one takes longer, this process was paused,
 * the machine slept, or its clock was set forward, and the source gets the time to move that it would have had.
 */
const MOST_BETWEEN: Duration = MINUTE

/** Notices sources whose watermark stands still. */
export interface BehindWatch {
  /** The sources that are behind at `now` (the world's clock, which may be set forward and back), with since when. */
  readonly look: (watermarks: ReadonlyMap<string, Watermark>, now: Instant) => ReadonlyMap<string, Instant>
  /** Not seen to move yet, nor to stand still for long enough: right after a start, which tells nothing of what was before. */
  readonly isUndecided: (source: string) => boolean
  /** Another process looks from now on. */
  readonly forget: () => void
}

/** `rhythm`: how long a source's watermark may stand still by its nature; null: it doesn't count (disabled, unknown). */
export function createBehindWatch(rhythm: (source: string) => Duration | null): BehindWatch {
  const known = new Map<string, { readonly at: Instant; stood: Duration; readonly hasMoved: boolean }>()
  let before: Instant | null = null
  return {
    look: (watermarks, now) => {
      const passed = before === null ? 0 : Math.min(MOST_BETWEEN, Math.max(0, now - before))
      before = now
      const behind = new Map<string, Instant>()
      const stand = (source: string, last: { stood: Duration }, patience: Duration): void => {
        last.stood += passed
        if (last.stood >= patience + PATIENCE) behind.set(source, now - last.stood)
      }
      for (const [source, { at, complete }] of watermarks) {
        const patience = rhythm(source)
        if (complete || patience === null) {
          known.delete(source)
          continue
        }
        const last = known.get(source)
        if (last === undefined || at > last.at) {
          known.set(source, { at, stood: 0, hasMoved: last !== undefined })
          continue
        }
        stand(source, last, patience)
      }
      for (const [source, last] of known) {
        if (watermarks.has(source)) continue
        // How far it has been read isn't known any more: that is no way forward either.
        const patience = rhythm(source)
        if (patience === null) known.delete(source)
        else stand(source, last, patience)
      }
      return behind
    },
    isUndecided: (source) => known.get(source)?.hasMoved === false,
    forget: () => {
      known.clear()
      before = null
    },
  }
}
