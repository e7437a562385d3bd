import { type Drift, emptyDrift } from './drift.ts'
import { emptyGaps, type Gaps } from './gaps.ts'
import { emptyJitter, type Jitter } from './jitter.ts'
import { emptyWindow, type WindowState } from './residual.ts'
import { emptyRings, type Rings } from './rings.ts'
import { emptySurges, type Surges } from './surges.ts'
import { emptyWatch, type Watch } from './watch.ts'
import { KEPT, windowSteps } from './window-steps.ts'

/** Larger counts are taken for this, so that sums and squares of them stay numbers. */
export const MOST_COUNT = 1e15

/** Everything known about one series of counts. Plain data: it can be stored and read back bit for bit. */
export interface CountSeries {
  readonly rings: Rings
  readonly expected: Float32Array
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  /** Windows reach back to this step, not further: they are cleared when an alarm closes. */
  since: number
  /** Average of clipped deviations, and the regression of a deviation on it. */
  trail: number
  lagTop: number
  lagBottom: number
  /** Records expected since the last one, and the largest such number that ended by itself. */
  silence: number
  benign: number
  /** Steps with a record in them. */
  arrived: number
  /** Whether a silence has been accepted: nothing more is expected until something comes. */
  asleep: boolean
  /** Local day of the newest step that was observed. */
  date: number
  /** Whether an alarm is held back today, since the day may be a holiday. */
  held: boolean
  /** It is held back because of a tagged holiday, the first of its kind. */
  tagged: boolean
  /** Steps from which a new level was taken, and up to which it is provisional; 0 when none is. */
  newLevelFrom: number
  newLevelUntil: number
  readonly drift: Drift
  readonly jitter: Jitter
  readonly gaps: Gaps
  readonly surges: Surges
}

export function emptyCountSeries(perDay: number): CountSeries {
  return {
    rings: emptyRings(perDay),
    expected: new Float32Array(KEPT),
    windows: windowSteps(perDay).map((count, place) => emptyWindow(count, place === 0 ? 0.02 : 0.01)),
    watch: emptyWatch(),
    since: 0,
    trail: 0,
    lagTop: 6,
    lagBottom: 20,
    silence: 0,
    benign: 0,
    arrived: 0,
    asleep: false,
    date: 0,
    held: false,
    tagged: false,
    newLevelFrom: 0,
    newLevelUntil: 0,
    drift: emptyDrift(),
    jitter: emptyJitter(),
    gaps: emptyGaps(),
    surges: emptySurges(),
  }
}
