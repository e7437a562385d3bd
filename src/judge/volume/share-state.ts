import { emptyWindow, type WindowState } from './residual.ts'
import { emptyGone, type Gone } from './share-gone.ts'
import type { ShareSteps } from './share-deviation.ts'
import { emptyShareProfile } from './share-profile.ts'
import { emptyWatch, type Watch } from './watch.ts'
import { KEPT, windowSteps } from './window-steps.ts'

/** Everything known about one share: k of n. Plain data. */
export interface ShareSeries extends ShareSteps {
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  readonly gone: Gone
  first: number
  last: number
  since: number
  /** Up to which step the profile has learnt, and between which steps all wasn't well. */
  learnt: number
  doubtFrom: number
  doubtTo: number
  /** Local day of the newest step that was observed. */
  date: number
  trail: number
  lagTop: number
  lagBottom: number
  /** Whether an alarm is held back today, since the day may be a holiday. */
  held: boolean
}

export function emptyShareSeries(perDay: number): ShareSeries {
  return {
    profile: emptyShareProfile(),
    counts: new Float64Array(KEPT),
    totals: new Float64Array(KEPT).fill(-1),
    expected: new Float64Array(KEPT),
    slots: new Float32Array(KEPT),
    windows: windowSteps(perDay).map((count) => emptyWindow(count, 0.0005)),
    watch: emptyWatch(),
    gone: emptyGone(),
    first: -1,
    last: -1,
    since: 0,
    learnt: -1,
    doubtFrom: 0,
    doubtTo: -1,
    date: 0,
    trail: 0,
    lagTop: 6,
    lagBottom: 20,
    held: false,
  }
}
