import type { Duration, Instant } from '../model/time.ts'
import type { Metrics } from '../report/metrics/registry.ts'
import type { Watermark } from './evaluate/watermark.ts'

/** How far the sources are behind, told at each scrape: where judging hangs, the delay must grow instead of standing still. */
export interface Delays {
  /** What the last round of judging knew. */
  readonly moved: (watermarks: ReadonlyMap<string, Watermark>) => void
  /** Another process judges now: what this one knows only gets older. */
  readonly forget: () => void
  readonly tell: (now: Instant) => void
}

/** `rhythm`: how long a source's watermark may stand still by its nature; null: it doesn't run. */
export function createDelays(metrics: Metrics, rhythm: (source: string) => Duration | null): Delays {
  let known: ReadonlyMap<string, Watermark> = new Map()
  const told = new Set<string>()
  return {
    moved: (watermarks) => {
      known = watermarks
    },
    forget: () => {
      known = new Map()
    },
    tell: (now) => {
      for (const source of told) if (!known.has(source)) metrics.recordWatermark(source, null, null)
      told.clear()
      for (const [source, { at, complete }] of known) {
        const patience = rhythm(source)
        // Nothing more comes from a finished archive, nor from a source that was taken away: neither is late.
        metrics.recordWatermark(source, complete || patience === null ? null : now - at, patience)
        told.add(source)
      }
    },
  }
}
