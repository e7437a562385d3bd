import { HOUR } from '../../model/time.ts'
import type { CivilStep } from './civil.ts'
import { type Judged, NOTHING } from './count-series.ts'
import {
  clamp,
  emptyWindow,
  learnSpread,
  learnTail,
  scoreAt,
  surprise,
  WINDOW_HOURS,
  type WindowState,
} from './residual.ts'
import { HOLIDAYS_PER_WEEK, type Scoring, shareNats } from './threshold.ts'
import { doubt, emptyWatch, forgetPassed, notePassed, type OpenAlarm, settles, type Watch } from './watch.ts'

const KEPT = 64
/** What a slot keeps of its past at each visit, and records that the global share weighs in it. */
const SLOT_KEEPS = 0.9
const PRIOR_RECORDS = 400
/** Half-life of the global share. */
const HALF_LIFE_DAYS = 14

/** Everything known about one share: k of n, with a profile by day type and hour. Plain data. */
export interface ShareSeries {
  readonly slotCount: Float64Array
  readonly slotTotal: Float64Array
  globalCount: number
  globalTotal: number
  /** The last steps: count, total and expected share; total -1 for a step that wasn't observed. */
  readonly counts: Float64Array
  readonly totals: Float64Array
  readonly expected: Float64Array
  readonly windows: readonly WindowState[]
  readonly watch: Watch
  first: number
  last: number
  since: number
  trail: number
  lagTop: number
  lagBottom: number
  /** Whether an alarm is held back today, since the day may be a holiday. */
  held: boolean
}

export function emptyShareSeries(perDay: number): ShareSeries {
  const hours = 24 / perDay
  const steps = [...new Set(WINDOW_HOURS.map((window) => Math.max(1, Math.round(window / hours))))]
  return {
    slotCount: new Float64Array(72),
    slotTotal: new Float64Array(72),
    globalCount: 0,
    globalTotal: 0,
    counts: new Float64Array(KEPT),
    totals: new Float64Array(KEPT).fill(-1),
    expected: new Float64Array(KEPT),
    windows: steps.map((count) => emptyWindow(count, 0.0005)),
    watch: emptyWatch(),
    first: -1,
    last: -1,
    since: 0,
    trail: 0,
    lagTop: 6,
    lagBottom: 20,
    held: false,
  }
}

/** Judges one step's k of n; `null` for a step that wasn't observed. Changes `series`. */
export function stepShare(
  series: ShareSeries,
  step: CivilStep,
  count: number | null,
  total: number,
  scoring: Scoring,
): Judged {
  skipTo(series, step.index)
  if (count === null || total <= 0) {
    if (series.first >= 0) keep(series, 0, -1, 0)
    return NOTHING
  }
  if (series.first < 0) {
    series.first = step.index
    series.last = step.index - 1
    series.since = step.index
  }
  forgetPassed(series.watch, step.perWeek)
  const k = clamp(count, 0, total)
  const days = (step.index - series.first) / step.perDay
  const slot = step.day * 24 + step.hour
  if (series.held && step.sinceMidnight === 0) {
    series.held = false
    series.since = step.index
    series.trail = 0
  }
  const p = expectedShare(series, slot, days)
  // A profile is only known once its day type was seen; until then its place is taken by the global share.
  const extra = days < 1 ? 0.02 : (series.slotTotal[slot] ?? 0) === 0 ? 0.01 : days < 7 ? 0.002 : 0
  const u = score(series, step, k, total, p, extra)
  const open = series.watch.open
  let opened: OpenAlarm | null = null
  let closed: OpenAlarm | null = null
  if (open !== null) closed = afterOpen(series, step, open, u, days)
  else {
    opened = days < 1 ? null : alarmOf(series, step, total, extra, days, scoring)
    if (opened === null && !series.held) learn(series, step, u, extra, days, scoring)
    else if (opened !== null) Object.assign(series.watch, { open: opened, fast: u, quiet: 0 })
  }
  // While an alarm is open a little is still learnt, so that a wrong slot heals: by a tenth of the rarer side.
  const reach = 0.1 * Math.min(p, 1 - p)
  remember(
    series,
    step,
    slot,
    series.watch.open === null ? k : clamp(k, total * (p - reach), total * (p + reach)),
    total,
  )
  keep(series, k, total, p)
  return { opened, closed, drift: null }
}

function expectedShare(series: ShareSeries, slot: number, days: number): number {
  const global = (series.globalCount + 0.5) / (series.globalTotal + 1)
  if (days < 1) return global
  return (PRIOR_RECORDS * global + (series.slotCount[slot] ?? 0)) / (PRIOR_RECORDS + (series.slotTotal[slot] ?? 0))
}

function score(series: ShareSeries, step: CivilStep, k: number, n: number, p: number, extra: number): number {
  for (const window of series.windows) {
    let observed = k
    let total = n
    let expected = n * p
    let seen = 1
    const from = Math.max(series.since, series.first, step.index - window.steps + 1)
    for (let index = from; index < step.index; index += 1) {
      const slot = index % KEPT
      const past = series.totals[slot] ?? -1
      if (past < 0) continue
      observed += series.counts[slot] ?? 0
      total += past
      expected += past * (series.expected[slot] ?? 0)
      seen += 1
    }
    window.observed = observed / total
    window.expected = expected / total
    window.total = total
    window.seen = seen
    window.u = shareDeviation(observed, total, expected / total, window.phi + extra)
  }
  const first = series.windows[0]
  if (first === undefined) return 0
  const alone = first.u
  first.u = alone - clamp(series.lagTop / series.lagBottom, 0, 0.95) * series.trail
  return alone
}

/** Variance-stabilised difference of a share from its expectation (Freeman and Tukey's angle), with over-dispersion `phi`. */
function shareDeviation(k: number, n: number, p: number, phi: number): number {
  const angle = Math.asin(Math.sqrt((k + 0.375) / (n + 0.75))) - Math.asin(Math.sqrt(clamp(p, 0, 1)))
  return 2 * angle * Math.sqrt((n + 0.5) / (1 + phi * n))
}

function shareAt(n: number, p: number, phi: number, u: number): number {
  const angle = Math.asin(Math.sqrt(clamp(p, 0, 1))) + u / (2 * Math.sqrt((n + 0.5) / (1 + phi * n)))
  return Math.sin(clamp(angle, 0, Math.PI / 2)) ** 2
}

function alarmOf(
  series: ShareSeries,
  step: CivilStep,
  total: number,
  extra: number,
  days: number,
  scoring: Scoring,
): OpenAlarm | null {
  const found = windowAlarm(series, step, extra, days, scoring, null)
  if (found === null || step.day !== 0 || scoring.falseAlarmsPerWeek >= HOLIDAYS_PER_WEEK) return found
  // An untagged holiday has the mix of a day of the other type.
  const asHoliday = windowAlarm(series, step, extra, days, scoring, total)
  if (asHoliday !== null) return found
  series.held = true
  return null
}

/** By how many records a window would expect more if today were a day of the other type. */
function changedBy(series: ShareSeries, step: CivilStep, window: WindowState, total: number): number {
  let change = 0
  for (let ago = 0; ago < Math.min(window.steps, step.sinceMidnight + 1, KEPT); ago += 1) {
    const index = step.index - ago
    if (index < Math.max(series.since, series.first)) break
    const hour = Math.floor(((step.sinceMidnight - ago) * 24) / step.perDay)
    const n = ago === 0 ? total : (series.totals[index % KEPT] ?? -1)
    if (n < 0) continue
    change += n * (expectedShare(series, 24 + hour, 7) - expectedShare(series, hour, 7))
  }
  return change
}

/** The window furthest beyond its threshold; `holiday`: this step's total, if today is to be taken as a day of the other type. */
function windowAlarm(
  series: ShareSeries,
  step: CivilStep,
  extra: number,
  days: number,
  scoring: Scoring,
  holiday: number | null,
): OpenAlarm | null {
  let best: OpenAlarm | null = null
  let margin = 0
  for (const window of series.windows) {
    if (window.seen * 3 < window.steps * 2) continue
    let { u } = window
    let { expected } = window
    if (holiday !== null) {
      expected = clamp(expected + changedBy(series, step, window, holiday) / window.total, 0, 1)
      u = shareDeviation(window.observed * window.total, window.total, expected, window.phi + extra)
    }
    const z = u / window.sigma
    const hours = (window.steps * step.length) / HOUR
    const tail = z > 0 ? window.up : window.down
    const rarer = Math.max(1e-9, Math.min(expected, 1 - expected))
    const effect = Math.abs(window.observed - expected) / rarer
    if (Math.abs(z) <= tail.q || effect < (hours <= 1 ? 0.1 : 0.05)) continue
    const threshold =
      shareNats(step.perWeek, window.steps, hours, scoring.falseAlarmsPerWeek) +
      (days < 7 ? 4 : days < 21 ? 1.5 : 0) +
      doubt(series.watch, z > 0 ? 'up' : 'down')
    const beyond = surprise(tail, Math.abs(z), scoring.power, scoring.prior) - threshold
    if (beyond <= margin) continue
    margin = beyond
    const phi = window.phi + extra
    const up = scoreAt(window.up, threshold, scoring.power, scoring.prior) * window.sigma
    const down = scoreAt(window.down, threshold, scoring.power, scoring.prior) * window.sigma
    best = {
      kind: 'share',
      direction: z > 0 ? 'up' : 'down',
      openedAt: step.start + step.length,
      observed: window.observed,
      expected: window.expected,
      lower: shareAt(window.total, window.expected, phi, -down),
      upper: shareAt(window.total, window.expected, phi, up),
      step: step.index,
      hours,
    }
  }
  return best
}

function learn(series: ShareSeries, step: CivilStep, u: number, extra: number, days: number, scoring: Scoring): void {
  if (days < 1) return
  for (const window of series.windows) {
    if (window.seen * 3 < window.steps * 2) continue
    const hours = (window.steps * step.length) / HOUR
    // Without the doubt of youth, which would teach that the series is quieter than it is.
    const plain =
      extra > 0
        ? shareDeviation(window.observed * window.total, window.total, window.expected, window.phi)
        : window.steps === 1
          ? u
          : window.u
    const z = window.u / window.sigma
    learnSpread(window, plain, hours, window.total)
    learnTail(window.up, z, window, hours, scoring, extra > 0)
    learnTail(window.down, -z, window, hours, scoring, extra > 0)
  }
  const clipped = clamp(u, -3, 3)
  series.lagTop = 0.998 * series.lagTop + clipped * series.trail
  series.lagBottom = 0.998 * series.lagBottom + series.trail * series.trail + 0.02
  series.trail = 0.5 * series.trail + 0.5 * clipped
}

function afterOpen(series: ShareSeries, step: CivilStep, open: OpenAlarm, u: number, days: number): OpenAlarm | null {
  const over = settles(series.watch, open, u)
  const hours = ((step.index - open.step) * step.length) / HOUR
  const lasting = hours >= (days < 14 ? 8 : 96)
  if (!over && !lasting) return null
  if (over) notePassed(series.watch, open)
  else acceptShare(series, step, open.step)
  series.watch.open = null
  series.since = step.index + 1
  series.trail = 0
  return open
}

/** Takes what the alarm that is open found for normal, at once. */
export function acceptShares(series: ShareSeries, step: CivilStep): OpenAlarm | null {
  const { open } = series.watch
  if (open === null) return null
  acceptShare(series, step, open.step)
  series.watch.open = null
  series.since = series.last + 1
  return open
}

/** The share of the last day is the normal one: every slot is moved by as much as the share as a whole. */
function acceptShare(series: ShareSeries, step: CivilStep, since: number): void {
  let observed = 0
  let total = 0
  let expected = 0
  for (let index = Math.max(since, series.last - Math.min(KEPT, step.perDay) + 1); index <= series.last; index += 1) {
    const past = series.totals[index % KEPT] ?? -1
    if (past < 0) continue
    observed += series.counts[index % KEPT] ?? 0
    total += past
    expected += past * (series.expected[index % KEPT] ?? 0)
  }
  if (total <= 0) return
  const odds = (share: number) => (share + 1e-6) / (1 - share + 1e-6)
  const factor = odds(observed / total) / odds(expected / total)
  const moved = (share: number) => (odds(share) * factor) / (1 + odds(share) * factor)
  const { slotCount, slotTotal } = series
  for (let slot = 0; slot < slotTotal.length; slot += 1) {
    const n = slotTotal[slot] ?? 0
    if (n > 0) slotCount[slot] = n * moved((slotCount[slot] ?? 0) / n)
  }
  if (series.globalTotal > 0) series.globalCount = series.globalTotal * moved(series.globalCount / series.globalTotal)
}

function remember(series: ShareSeries, step: CivilStep, slot: number, k: number, n: number): void {
  const keeps = 0.5 ** (1 / (HALF_LIFE_DAYS * step.perDay))
  series.slotCount[slot] = SLOT_KEEPS * (series.slotCount[slot] ?? 0) + k
  series.slotTotal[slot] = SLOT_KEEPS * (series.slotTotal[slot] ?? 0) + n
  series.globalCount = keeps * series.globalCount + k
  series.globalTotal = keeps * series.globalTotal + n
}

function skipTo(series: ShareSeries, index: number): void {
  if (series.first < 0) return
  if (index - series.last > 10 * KEPT) series.last = index - 1 - KEPT
  while (series.last + 1 < index) keep(series, 0, -1, 0)
}

function keep(series: ShareSeries, count: number, total: number, expected: number): void {
  series.last += 1
  const slot = series.last % KEPT
  series.counts[slot] = count
  series.totals[slot] = total
  series.expected[slot] = expected
}
