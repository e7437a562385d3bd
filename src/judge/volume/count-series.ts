import { HOUR } from '../../model/time.ts'
import { type Expectation, expectation } from './baseline.ts'
import type { CivilStep } from './civil.ts'
import type { Band } from './detector.ts'
import { holidayView } from './holiday.ts'
import {
  clamp,
  countAt,
  deviation,
  emptyWindow,
  learnSpread,
  learnTail,
  scoreAt,
  surprise,
  WINDOW_HOURS,
  type WindowState,
} from './residual.ts'
import { append, emptyRings, MISSING, resum, type Rings } from './rings.ts'
import { HOLIDAYS_PER_WEEK, nats, silenceNats, youngNats } from './threshold.ts'
import { doubt, emptyWatch, forgetPassed, notePassed, type OpenAlarm, settles, type Watch } from './watch.ts'

/** Steps whose counts and expectations are kept beside each other: the longest window and some. */
const KEPT = 64

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
  /** Whether an alarm is held back today, since the day may be a holiday. */
  held: boolean
}

export function emptyCountSeries(perDay: number): CountSeries {
  const hours = 24 / perDay
  const steps = [...new Set(WINDOW_HOURS.map((window) => Math.max(1, Math.round(window / hours))))]
  return {
    rings: emptyRings(perDay),
    expected: new Float32Array(KEPT),
    windows: steps.map((count, place) => emptyWindow(count, place === 0 ? 0.02 : 0.01)),
    watch: emptyWatch(),
    since: 0,
    trail: 0,
    lagTop: 6,
    lagBottom: 20,
    silence: 0,
    benign: 0,
    arrived: 0,
    asleep: false,
    held: false,
  }
}

export interface Scoring {
  readonly falseAlarmsPerWeek: number
  /** Shape of the tails: 1.5, or 1 for the small allowances of large fleets. */
  readonly power: number
  /** Mean excess of a tail before it was seen. */
  readonly prior: number
}

export interface CountStep {
  readonly band: Band | null
  readonly opened: OpenAlarm | null
  readonly closed: OpenAlarm | null
}

/** Judges one step's count; `null` for a step that wasn't observed. Changes `series`. */
export function stepCount(series: CountSeries, step: CivilStep, count: number | null, scoring: Scoring): CountStep {
  skipTo(series, step.index)
  const { rings } = series
  if (count === null) {
    if (rings.first >= 0) takeIn(series, MISSING, MISSING, MISSING, 0)
    return { band: null, opened: null, closed: null }
  }
  if (rings.first < 0) {
    rings.first = step.index
    rings.last = step.index - 1
    series.since = step.index
  }
  forgetPassed(series.watch, step.perWeek)
  if (count > 0) series.arrived += 1
  if (series.asleep && count > 0) {
    series.asleep = false
    series.since = step.index
  }
  const ahead = expectation(rings, step, series.windows[0]?.phi ?? 0.02)
  if (series.held && step.sinceMidnight === 0) {
    // Whatever it was, it was yesterday.
    series.held = false
    series.since = step.index
    series.trail = 0
  }
  if (series.asleep) {
    takeIn(series, count, ahead.days < 14 ? count : ahead.mu, ahead.rho, ahead.mu)
    return { band: null, opened: null, closed: null }
  }
  const wasOpen = series.watch.open
  const u = score(series, step, count, ahead)
  const band = bandOf(series, step, ahead, scoring)
  if (wasOpen !== null) return { band, opened: null, closed: afterOpen(series, step, count, ahead, wasOpen, u) }
  const opened = alarmOf(series, step, count, ahead, scoring)
  if (opened === null) {
    if (!series.held) learn(series, step, ahead, u, scoring)
  } else {
    series.watch.open = opened
    series.watch.fast = u
    series.watch.quiet = 0
  }
  const ordinary = opened === null && !series.held
  takeIn(series, count, ordinary ? accepted(series, count, ahead) : ahead.mu, ahead.rho, ahead.mu)
  return { band, opened, closed: null }
}

/** Steps between the newest one and this weren't observed. After a gap longer than what is remembered, it starts afresh. */
function skipTo(series: CountSeries, index: number): void {
  const { rings } = series
  if (rings.first < 0) return
  if (index - rings.last > 3 * rings.perWeek) {
    Object.assign(series, emptyCountSeries(rings.perDay))
    return
  }
  while (rings.last + 1 < index) takeIn(series, MISSING, MISSING, MISSING, 0)
}

/** Moves windows and rings one step on. */
function takeIn(series: CountSeries, raw: number, clean: number, rho: number, mu: number): void {
  const { rings } = series
  const index = rings.last + 1
  series.expected[index % KEPT] = mu
  append(rings, raw, clean, rho)
}

const deviations = new Float64Array(WINDOW_HOURS.length)

/** Sums of each window with this step in it, and the deviation of each; answers that of the step alone. */
function score(series: CountSeries, step: CivilStep, count: number, ahead: Expectation): number {
  const { rings, windows } = series
  const size = rings.raw.length
  windows.forEach((window, place) => {
    let observed = count
    let expected = ahead.mu
    let seen = 1
    const from = Math.max(series.since, rings.first, step.index - window.steps + 1)
    for (let index = from; index < step.index; index += 1) {
      const past = rings.raw[index % size] ?? MISSING
      if (past < 0) continue
      observed += past
      expected += series.expected[index % KEPT] ?? 0
      seen += 1
    }
    window.observed = observed
    window.expected = expected
    window.seen = seen
    deviations[place] = deviation(observed, expected, window.phi + ahead.extra)
  })
  const first = deviations[0] ?? 0
  deviations[0] = first - clamp(series.lagTop / series.lagBottom, 0, 0.95) * series.trail
  return first
}

function alarmOf(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
): OpenAlarm | null {
  const quiet = silenceOf(series, step, count, ahead, scoring)
  if (quiet !== null) return quiet
  if (ahead.days < 1) return null
  const found = windowAlarm(series, step, ahead, scoring, null)
  if (found === null || !mayBeHoliday(series, step, count, ahead, scoring)) return found
  series.held = true
  return null
}

/** Whether an untagged holiday is a good enough explanation, at allowances that a few holidays a year would exhaust. */
function mayBeHoliday(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
): boolean {
  const window = series.windows[0]
  if (window === undefined || step.day !== 0 || scoring.falseAlarmsPerWeek >= HOLIDAYS_PER_WEEK) return false
  const phi = window.phi + ahead.extra
  const view = holidayView(series.rings, series.expected, step, count, ahead.mu, ahead.level, phi, window.sigma)
  if (view.against > Math.log(HOLIDAYS_PER_WEEK / scoring.falseAlarmsPerWeek)) return false
  return windowAlarm(series, step, ahead, scoring, view.steps) === null
}

/** The window furthest beyond its threshold; `today`: what is expected of today's steps instead, if it is a holiday. */
function windowAlarm(
  series: CountSeries,
  step: CivilStep,
  ahead: Expectation,
  scoring: Scoring,
  today: readonly number[] | null,
): OpenAlarm | null {
  let best: OpenAlarm | null = null
  let margin = 0
  series.windows.forEach((window, place) => {
    if (window.seen * 3 < window.steps * 2) return
    const expected = today === null ? window.expected : window.expected + changedBy(series, step, window, ahead, today)
    const u = today === null ? (deviations[place] ?? 0) : deviation(window.observed, expected, window.phi + ahead.extra)
    const z = u / window.sigma
    const tail = z > 0 ? window.up : window.down
    const hours = (window.steps * step.length) / HOUR
    const threshold =
      nats(step.perWeek, window.steps, hours, scoring.falseAlarmsPerWeek) +
      youngNats(ahead.weeks) +
      doubt(series.watch, z > 0 ? 'up' : 'down')
    const beyond = surprise(tail, Math.abs(z), scoring.power, scoring.prior) - threshold
    const effect = Math.abs(window.observed / Math.max(expected, 1e-9) - 1)
    if (beyond <= margin || effect < (hours <= 1 ? 0.1 : 0.05)) return
    margin = beyond
    best = {
      kind: 'volume',
      direction: z > 0 ? 'up' : 'down',
      openedAt: step.start + step.length,
      observed: window.observed,
      ...windowBand(window, ahead, threshold, scoring),
      step: step.index,
      hours,
    }
  })
  return best
}

/** How much more a window would expect if today's steps were these. */
function changedBy(
  series: CountSeries,
  step: CivilStep,
  window: WindowState,
  ahead: Expectation,
  today: readonly number[],
): number {
  let change = 0
  const reach = Math.min(window.steps, today.length)
  for (let ago = 0; ago < reach; ago += 1) {
    const index = step.index - ago
    if (index < Math.max(series.since, series.rings.first)) break
    const raw = ago === 0 ? 0 : (series.rings.raw[index % series.rings.raw.length] ?? MISSING)
    if (raw < 0) continue
    const expected = ago === 0 ? ahead.mu : (series.expected[index % KEPT] ?? 0)
    change += (today[today.length - 1 - ago] ?? expected) - expected
  }
  return change
}

function windowBand(window: WindowState, ahead: Expectation, threshold: number, scoring: Scoring): Band {
  const phi = window.phi + ahead.extra
  const up = scoreAt(window.up, threshold, scoring.power, scoring.prior) * window.sigma
  const down = scoreAt(window.down, threshold, scoring.power, scoring.prior) * window.sigma
  return {
    expected: window.expected,
    lower: countAt(window.expected, phi, -down),
    upper: countAt(window.expected, phi, up),
  }
}

function bandOf(series: CountSeries, step: CivilStep, ahead: Expectation, scoring: Scoring): Band | null {
  const window = series.windows[0]
  if (window === undefined || ahead.days < 1) return null
  const threshold = nats(step.perWeek, 1, 1, scoring.falseAlarmsPerWeek) + youngNats(ahead.weeks)
  const hour = { ...window, expected: ahead.mu }
  return windowBand(hour, ahead, threshold, scoring)
}

/** Silence is improbable once many more records were expected than a negative binomial would ever let fail to come. */
function silenceOf(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  scoring: Scoring,
): OpenAlarm | null {
  if (count > 0) {
    series.benign = Math.max(series.benign * 0.9995, series.silence)
    series.silence = 0
    return null
  }
  series.silence += ahead.mu
  if (series.arrived * (24 / step.perDay) < 4) return null
  const phi = clamp(series.windows[0]?.phi ?? 0.05, 0.05, 0.5)
  const improbable = Math.log1p(phi * series.silence) / phi
  const threshold = silenceNats(step.perWeek, scoring.falseAlarmsPerWeek) + doubt(series.watch, 'silence')
  if (improbable <= threshold || series.silence <= 1.5 * series.benign) return null
  return {
    kind: 'outage',
    direction: 'down',
    openedAt: step.start + step.length,
    observed: 0,
    expected: series.silence,
    lower: 1,
    upper: series.silence,
    step: step.index,
    hours: 1,
  }
}

/** Spread, tails and autocorrelation follow the deviations of ordinary steps. */
function learn(series: CountSeries, step: CivilStep, ahead: Expectation, u: number, scoring: Scoring): void {
  if (ahead.extra >= 0.04) return
  series.windows.forEach((window, place) => {
    if (window.seen * 3 < window.steps * 2) return
    const hours = (window.steps * step.length) / HOUR
    // Without the doubt of youth, which would teach that the series is quieter than it is.
    const scored = deviations[place] ?? 0
    const plain = ahead.extra > 0 ? deviation(window.observed, window.expected, window.phi) : place === 0 ? u : scored
    const z = (ahead.extra > 0 ? plain : scored) / window.sigma
    learnSpread(window, plain, hours)
    learnTail(window.up, z, window.n, hours, scoring.power, scoring.prior)
    learnTail(window.down, -z, window.n, hours, scoring.power, scoring.prior)
  })
  const clipped = clamp(u, -3, 3)
  series.lagTop = 0.998 * series.lagTop + clipped * series.trail
  series.lagBottom = 0.998 * series.lagBottom + series.trail * series.trail + 0.02
  series.trail = 0.5 * series.trail + 0.5 * clipped
}

/** What enters the level: after two weeks nothing further than 3.5 standard deviations from what was expected. */
function accepted(series: CountSeries, count: number, ahead: Expectation): number {
  const window = series.windows[0]
  if (window === undefined || ahead.days < 14) return count
  const reach = 3.5 * window.sigma
  return clamp(
    count,
    countAt(ahead.mu, window.phi + ahead.extra, -reach),
    countAt(ahead.mu, window.phi + ahead.extra, reach),
  )
}

/** While an alarm is open nothing is learnt, and what was expected enters the level in place of what was counted. */
function afterOpen(
  series: CountSeries,
  step: CivilStep,
  count: number,
  ahead: Expectation,
  open: OpenAlarm,
  u: number,
): OpenAlarm | null {
  const { watch } = series
  if (count > 0) series.silence = 0
  takeIn(series, count, ahead.mu, ahead.rho, ahead.mu)
  const over = open.kind === 'outage' ? count > 0 && settles(watch, open, u) : settles(watch, open, u)
  const hours = ((step.index - open.step) * step.length) / HOUR
  const lasting = hours >= (ahead.days < 14 ? 8 : 96)
  if (!over && !lasting) return null
  if (over) notePassed(watch, open)
  else accept(series, open.step, ahead.days < 14)
  watch.open = null
  series.since = step.index + 1
  series.trail = 0
  series.silence = 0
  return open
}

/** The new level is the normal one: what was counted since `from` stands, and what was before is brought to its scale. */
function accept(series: CountSeries, from: number, isYoung: boolean): void {
  const { rings } = series
  const size = rings.raw.length
  let counted = 0
  let expected = 0
  const start = Math.max(from, rings.first, rings.last - KEPT + 1, rings.last - 23)
  for (let index = start; index <= rings.last; index += 1) {
    const raw = rings.raw[index % size] ?? MISSING
    if (raw < 0) continue
    counted += raw
    expected += series.expected[index % KEPT] ?? 0
  }
  if (counted <= 0 || expected <= 0) {
    // Closed for the night, or for good. A young series learns its season from it; an old one keeps what it knows.
    series.asleep = counted <= 0
    if (isYoung) for (let index = start; index <= rings.last; index += 1) cleanToRaw(rings, index)
    resum(rings)
    return
  }
  const factor = counted / expected
  for (let index = Math.max(rings.first, rings.last - size + 1, 0); index <= rings.last; index += 1) {
    const slot = index % size
    const raw = rings.raw[slot] ?? MISSING
    if (raw < 0) continue
    if (index < from) {
      rings.raw[slot] = raw * factor
      rings.clean[slot] = (rings.clean[slot] ?? 0) * factor
    } else rings.clean[slot] = raw
  }
  resum(rings)
}

function cleanToRaw(rings: Rings, index: number): void {
  const slot = index % rings.raw.length
  const raw = rings.raw[slot] ?? MISSING
  if (raw >= 0) rings.clean[slot] = raw
}
