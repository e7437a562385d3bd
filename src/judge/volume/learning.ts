import { DAY, HOUR } from '../../model/time.ts'
import type { Bucket, Detector } from './detector.ts'

/** Four weeks of hours: what a seasonal expectation is learned from. */
const KEPT = (28 * DAY) / HOUR

/** The counts seen so far, oldest first. */
export interface Learned {
  readonly buckets: readonly Bucket[]
}

/** Observes and never alarms: `volume` SLOs are `not_evaluated: learning` under it. */
export const learning: Detector<Learned> = {
  name: 'learning',
  step: (state, bucket) => ({ state: { buckets: [...state.buckets, bucket].slice(-KEPT) }, band: null, alarm: null }),
  rebuild: (buckets) => ({ buckets: buckets.slice(-KEPT) }),
}
