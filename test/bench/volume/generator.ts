import { HOUR, type Duration, type Instant } from '../../../src/model/time.ts'
import { drawsOf, type Draws } from './draws.ts'

export const ZONE = 'Europe/Berlin'
export const TIERS = ['quiet', 'normal', 'noisy'] as const
export type Tier = (typeof TIERS)[number]
/** Mean counts an hour over all platforms. */
export const RATES = [5, 50, 500, 5_000, 50_000] as const
export const WEEKS = 18
const WEEK_HOURS = 168
/** Web, Android, iOS. */
export const PLATFORM_SHARES = [0.55, 0.27, 0.18] as const

/** Mondays, 00:00 in the zone: spring's clock change lies at the end of week 12, autumn's too, none in the third's weeks. */
const STARTS = [Date.UTC(2026, 0, 4, 23), Date.UTC(2026, 3, 5, 22), Date.UTC(2026, 7, 2, 22)] as const

/** What one event's counts come from. */
export interface Traffic {
  readonly start: Instant
  readonly hours: number
  /** Expected counts of each hour, by platform. */
  readonly means: readonly Float64Array[]
  /** Variance of a count over five minutes beyond its mean, divided by the mean squared; an hour's is a twelfth of it. */
  readonly dispersion: number
  /** When the days began that were none like the others, unannounced. */
  readonly holidays: readonly Instant[]
  readonly seed: number
}

export interface Kind {
  readonly tier: Tier
  readonly rate: number
  readonly seed: number
  readonly weeks?: number
}

/** By whole UTC hour: which local day (from the start) and which local hour, so that clock changes shift the counts. */
interface LocalHours {
  readonly day: Uint16Array
  readonly hour: Uint8Array
}

const calendars = new Map<Instant, LocalHours>()

function localHours(start: Instant): LocalHours {
  const known = calendars.get(start)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone: ZONE, hour: 'numeric', hourCycle: 'h23' })
  const hours = WEEKS * WEEK_HOURS
  const made = { day: new Uint16Array(hours), hour: new Uint8Array(hours) }
  let day = 0
  for (let index = 0; index < hours; index++) {
    const hour = Number(format.format(start + index * HOUR))
    if (index > 0 && hour < (made.hour[index - 1] ?? 0) - 1) day++
    made.day[index] = day
    made.hour[index] = hour
  }
  calendars.set(start, made)
  return made
}

/** The local hour of the week, 0 to 167, of each hour from one that lies in a known half year; Monday's first is 0. */
export function localSlots(from: Instant, hours: number): Uint8Array {
  const start = STARTS.findLast((each) => each <= from) ?? STARTS[0]
  const calendar = localHours(start)
  const skipped = Math.round((from - start) / HOUR)
  return Uint8Array.from({ length: hours }, (_, index) => {
    const at = skipped + index
    return ((calendar.day[at] ?? 0) % 7) * 24 + (calendar.hour[at] ?? 0)
  })
}

/** The first instant of a seed's traffic: all of a file share it, a third of the files have no clock change. */
export function startOf(group: number): Instant {
  return STARTS[group % STARTS.length] ?? STARTS[0]
}

/**
 * Means with a two-harmonic day, a weekend of its own, days and hours that are correlated and off, a trend and two
 * holidays that nobody announced: 5 to 25 % less than a working day, at the weekend's hours. Tier quiet has two fifths of the noise.
 */
export function trafficOf({ tier, rate, seed, weeks = WEEKS }: Kind, start: Instant): Traffic {
  const draws = drawsOf(seed)
  const local = localHours(start)
  const hours = weeks * WEEK_HOURS
  const noise = tier === 'quiet' ? 0.4 : 1
  const [daySd, hourSd, dispersion] =
    tier === 'noisy'
      ? [draws.between(0.065, 0.1), draws.between(0.05, 0.08), draws.between(0.012, 0.022)]
      : [draws.between(0.03, 0.065), draws.between(0.02, 0.05), draws.between(0.002, 0.012)]
  const days = Math.ceil(hours / 24) + 2
  const dayEffects = autoregressive(draws, days, 0.5, daySd * noise)
  const hourEffects = autoregressive(draws, hours, draws.between(0.5, 0.9), hourSd * noise)
  const trend = Math.log(1 + draws.between(-0.02, 0.02)) / WEEK_HOURS
  const holidays = [holiday(draws, weeks), holiday(draws, weeks)]
  const holidayLevel = draws.between(0.75, 0.95)
  const shape = { first: draws.between(0.4, 0.7), peak: draws.between(13, 19), second: draws.between(0.1, 0.25) }
  const secondPeak = draws.between(0, 12)
  const weekend = { level: draws.between(0.5, 1.15), shift: draws.between(0, 2.5) }
  const means = PLATFORM_SHARES.map((share) => {
    const shift = draws.between(-1, 1)
    const weekendLevel = weekend.level * (1 + draws.between(-0.1, 0.1))
    const own = autoregressive(draws, hours, 0.5, 0.15 * hourSd * noise)
    const result = new Float64Array(hours)
    for (let index = 0; index < hours; index++) {
      const day = local.day[index] ?? 0
      const isWeekend = day % 7 >= 5 || holidays.includes(day)
      const at = (local.hour[index] ?? 0) + 0.5 - shift - (isWeekend ? weekend.shift : 0)
      const daily =
        1 +
        shape.first * Math.cos((2 * Math.PI * (at - shape.peak)) / 24) +
        shape.second * Math.cos((4 * Math.PI * (at - secondPeak)) / 24)
      const level = holidays.includes(day) ? holidayLevel : isWeekend ? weekendLevel : 1
      const smooth = between(dayEffects, day, (local.hour[index] ?? 0) / 24)
      const effect = smooth + (hourEffects[index] ?? 0) + (own[index] ?? 0) + trend * index
      result[index] = rate * share * Math.max(0.05, daily) * level * Math.exp(effect)
    }
    return result
  })
  return {
    start,
    hours,
    means,
    dispersion: dispersion * (tier === 'quiet' ? 0.4 : 1),
    holidays: holidays.map((day) => start + local.day.indexOf(day) * HOUR),
    seed,
  }
}

/** The counts of a platform, or of all where it is null, in buckets of this length up to an hour. */
export function countsOf(traffic: Traffic, bucket: Duration = HOUR): Float64Array[] {
  const perHour = Math.round(HOUR / bucket)
  return traffic.means.map((means, platform) => {
    const draws = drawsOf(traffic.seed * 7 + platform + 1)
    const counts = new Float64Array(means.length * perHour)
    // Twelve independent five-minute counts of dispersion d make an hour of dispersion d / 12.
    const dispersion = (traffic.dispersion * perHour) / 12
    for (let index = 0; index < counts.length; index++) {
      counts[index] = draws.negativeBinomial(interpolated(means, index, perHour) / perHour, dispersion)
    }
    return counts
  })
}

/** The mean of the hour that a bucket lies in, drawn towards its neighbours so that hours don't jump. */
function interpolated(means: Float64Array, index: number, perHour: number): number {
  const hour = Math.floor(index / perHour)
  const own = means[hour] ?? 0
  if (perHour === 1) return own
  const at = ((index % perHour) + 0.5) / perHour - 0.5
  const other = means[hour + Math.sign(at)] ?? own
  // A fault's edge is an edge.
  return other < own * 0.6 || own < other * 0.6 ? own : own + (other - own) * Math.abs(at)
}

function holiday(draws: Draws, weeks: number): number {
  const week = draws.below(Math.max(1, weeks))
  return week * 7 + draws.below(5)
}

function autoregressive(draws: Draws, length: number, phi: number, sd: number): Float64Array {
  const values = new Float64Array(length)
  const innovation = sd * Math.sqrt(1 - phi * phi)
  let value = sd * draws.normal()
  for (let index = 0; index < length; index++) {
    values[index] = value
    value = phi * value + innovation * draws.normal()
  }
  return values
}

/** Smooth between the middles of days. */
function between(values: Float64Array, day: number, part: number): number {
  const at = Math.max(0, day + part - 0.5 + 1)
  const below = Math.floor(at)
  const a = values[below] ?? 0
  const b = values[below + 1] ?? a
  const weight = (1 - Math.cos(Math.PI * (at - below))) / 2
  return a + (b - a) * weight
}
