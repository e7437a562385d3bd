import type { Instant } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import { html, type Html } from './html.ts'

/** One decimal is finer than a pixel needs. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

const WIDTH = 72

/**
 * A ratio on a small scale: its interval as a whisker, its objective as a tick, the budget left as a bar below. The scale
 * begins three budgets below the objective, or where the whisker ends.
 */
export function ratioChart({
  ratio,
  lower,
  upper,
  objective,
  budgetRemaining,
}: Pick<Verdict, 'ratio' | 'lower' | 'upper' | 'objective' | 'budgetRemaining'>): Html {
  const least = Math.max(0, Math.min(1 - 3 * (1 - objective), (lower ?? 1) - 0.1 * (1 - (lower ?? 1))))
  const x = (value: number) => px(3 + ((value - least) / Math.max(1 - least, 1e-9)) * (WIDTH - 6))
  const left = Math.max(0, Math.min(1, budgetRemaining ?? 0)) * WIDTH
  const spent = budgetRemaining !== null && budgetRemaining <= 0
  return html`<svg class="ratio" viewBox="0 0 ${WIDTH} 14" aria-hidden="true"><path class="tick" d="M${x(objective)} 0V8"/>${
    ratio === null
      ? html`<path class="none" d="M3 4H69"/>`
      : html`<path d="M${x(lower ?? ratio)} 4H${x(upper ?? ratio)}"/><circle cx="${x(ratio)}" cy="4" r="2.5"/>`
  }<path class="rail${spent ? ' spent' : ''}" d="M0 12H${WIDTH}"/>${
    left > 0 && html`<path class="left" d="M0 12H${px(left)}"/>`
  }</svg>`
}

/** Two bars on one scale: the share of what is bad beside the share of all. */
export function shareBar(share: number, of: 'bad' | 'all'): Html {
  const width = px(Math.max(0.5, Math.min(1, share) * 160))
  return html`<svg class="share ${of}" viewBox="0 0 160 8" aria-hidden="true"><rect class="rail" width="160" height="8"/><rect width="${width}" height="8"/></svg>`
}

/** Values at even distances, from 0 to their greatest. Null leaves a gap. `label` says it in words. */
export function sparkline(values: readonly (number | null)[], label: string, width = 96, height = 20): Html {
  const most = Math.max(1, ...values.map((value) => value ?? 0))
  const step = width / Math.max(1, values.length - 1)
  let path = ''
  let isDrawing = false
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDrawing = false
      continue
    }
    path += `${isDrawing ? 'L' : 'M'}${px(index * step)} ${px(height - 1 - (value / most) * (height - 2))}`
    isDrawing = true
  }
  return html`<svg class="spark" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}"><path d="${path}"/></svg>`
}

export interface CoursePoint {
  readonly at: Instant
  /** Null: nothing was measured there. */
  readonly value: number | null
}

/** Between what a value was expected. */
export interface BandPoint {
  readonly at: Instant
  readonly expected: number
  readonly lower: number
  readonly upper: number
}

export interface Course {
  readonly points: readonly CoursePoint[]
  readonly from: Instant
  readonly to: Instant
  readonly threshold: number | null
  /** What was expected, where it was known; left out: nothing. */
  readonly band?: readonly BandPoint[]
  /** Upright lines with a word. */
  readonly marks: readonly { readonly at: Instant; readonly word: string }[]
  readonly label: string
  /** What stands at the foot and the head of the scale. */
  readonly scale: readonly [number, number]
  readonly scaleText: (value: number) => string
}

const COURSE_WIDTH = 720
const COURSE_HEIGHT = 150

/** A value over time with a threshold and what happened when. */
export function courseChart({ points, from, to, threshold, marks, label, scale, scaleText, band = [] }: Course): Html {
  const [low, high] = scale
  const x = (at: Instant) => px(((at - from) / Math.max(1, to - from)) * COURSE_WIDTH)
  const y = (value: number) =>
    px(16 + (1 - (Math.max(low, Math.min(high, value)) - low) / Math.max(high - low, 1e-9)) * (COURSE_HEIGHT - 32))
  let path = ''
  let before: number | null = null
  for (const { at, value } of points) {
    if (value !== null) path += `${before === null ? 'M' : 'L'}${x(at)} ${y(value)}`
    before = value
  }
  const edge = (points: readonly BandPoint[], value: (point: BandPoint) => number): string =>
    points.map((point, index) => `${index === 0 ? '' : 'L'}${x(point.at)} ${y(value(point))}`).join('')
  const area =
    band.length < 2 ? null : `M${edge(band, ({ upper }) => upper)}L${edge(band.toReversed(), ({ lower }) => lower)}Z`
  // The words of marks that stand close together alternate between head and foot.
  const words = marks.map(({ at, word }, index) => {
    const isRight = (at - from) / Math.max(1, to - from) > 0.85
    return html`<path class="tick" d="M${x(at)} 12V${COURSE_HEIGHT - 12}"/><text x="${x(at)}" y="${
      index % 2 === 0 ? 10 : COURSE_HEIGHT - 2
    }"${isRight && html` text-anchor="end"`}>${word}</text>`
  })
  return html`<svg class="course" viewBox="0 0 ${COURSE_WIDTH} ${COURSE_HEIGHT}" role="img" aria-label="${label}">${
    threshold !== null &&
    html`<path class="threshold" d="M0 ${y(threshold)}H${COURSE_WIDTH}"/><text class="muted" x="0" y="${Number(y(threshold)) - 4}">objective ${scaleText(threshold)}</text>`
  }${area !== null && html`<path class="band" d="${area}"/><path class="expected" d="M${edge(band, ({ expected }) => expected)}"/>`}${words}<path class="line" d="${path}"/></svg>`
}
