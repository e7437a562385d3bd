import { type CivilStep, OWN_WEEKS, POOL_DAYS } from './civil.ts'
import { LEVEL_DAYS, meanOfLast, ratioAt, recentLevel, type Rings } from './rings.ts'

/** What a step should count: `mu = level × rho`. */
export interface Expectation {
  readonly mu: number
  /** Less than `mu` where one or two weeks can't tell yet whether a burst is a habit: both are as expected. */
  readonly least: number
  readonly rho: number
  readonly level: number
  /** Added variance of the logarithm while too little has been seen. */
  readonly extra: number
  /** Whether the season is borrowed from other series. */
  readonly isLent?: true
  /** Weeks of the same local hour that the series has seen. */
  readonly weeks: number
  /** Whole days since the first observed step. */
  readonly days: number
}

/** So large a squared difference, in units of the counts' own noise, is where the draw begins to weaken. */
const SURELY = 9

/** At so few records a step a burst is soon many times what is usual. */
const FEW = 30

const own = new Float64Array(OWN_WEEKS)
const pool = new Float64Array(POOL_DAYS)

/**
 * The expectation for the step after the newest one: a trimmed ten-day level times the season's factor, which is the hour's own over
 * the weeks, shrunk towards that hour of all days of its type. `phi` is the over-dispersion of one step.
 */
export function expectation(rings: Rings, step: CivilStep, phi: number): Expectation {
  const age = rings.last - rings.first + 1
  const days = Math.floor(age / step.perDay)
  if (days < 1) {
    const level = meanOfLast(rings, Math.max(1, Math.round(step.perDay / 6)))
    return { mu: level, least: level, rho: 1, level, extra: 0.44, weeks: 0, days }
  }
  const recent = recentLevel(rings)
  // In the first weeks seasonal factors are relative to means of ever other days; only the newest mean goes with the newest factors.
  const level = days < LEVEL_DAYS + 7 ? recent : trimmedLevel(rings)
  const ownSeen = collect(own, rings, step.index, step.own, recent, step.ownPlaces)
  let poolSeen = collect(pool, rings, step.index, step.pool, recent, step.poolPlaces)
  const knownType = poolSeen > 0
  if (!knownType) poolSeen = collect(pool, rings, step.index, step.any, recent)
  const shape = poolSeen > 0 ? centre(pool, poolSeen, level) : 1
  const unit = level * shape
  const kappa = Math.min(30, Math.max(0.15, (phi + 1 / Math.max(unit, 1e-9)) / 0.03))
  const mine = ownSeen > 0 ? centre(own, ownSeen, level) : shape
  const apart = ownSeen > 0 && ownSeen < 3 ? apartAround(rings, step, recent, level) : 0
  const rho = ownSeen > 0 ? shrunk(mine, ownSeen, shape, kappa, level, apart) : shape
  const young =
    (knownType ? (step.day === 0 || poolSeen > 2 ? 0 : poolSeen < 2 ? 0.08 : 0.01) : 0.4) +
    (ownSeen === 0 ? 0.02 : ownSeen === 1 ? 0.004 : ownSeen === 2 ? 0.002 : 0) +
    (ownSeen > 0 && ownSeen < 3 ? disagreement(mine, shape, level) / ownSeen : 0) +
    (days < 3 ? 0.04 : 0)
  const isBurst = ownSeen < 3 && level < FEW && mine > ceiling(shape, level)
  // Of one or two days nobody knows yet whether what came all at once comes every day.
  const beside = poolSeen < 3 && ownSeen === 0 ? besides(rings, step, recent) : Number.POSITIVE_INFINITY
  const least = rho > AT_ONCE * beside ? beside : isBurst ? shape : rho
  return { mu: level * rho, least: level * least, rho, level, extra: young, weeks: ownSeen, days }
}

/** So many times as much as in the hours beside it came all at once. */
const AT_ONCE = 4

/** The larger of the factors of the hours beside this one, a day ago or two. */
function besides(rings: Rings, step: CivilStep, recent: number): number {
  let most = 0
  for (const lag of step.any.slice(0, 2))
    for (const beside of [-1, 1]) most = Math.max(most, ratioAt(rings, step.index - lag + beside, recent))
  return most
}

/** Hours on either side that tell whether a day is unlike the others of its type. */
const AROUND = 4

/**
 * By how much the hours around this one were, a week ago, unlike those of other days of this type: a squared difference in units of the counts' own
 * noise. Nothing where some days had more and others less, as while an event is rolled out.
 */
function apartAround(rings: Rings, step: CivilStep, recent: number, level: number): number {
  const lag = step.own[0] ?? 0
  const around = Math.min(AROUND, Math.floor(step.perDay / 6))
  const mine = ratiosAround(rings, step.index - lag, around, recent)
  if (mine < 0) return 0
  let [least, most, sum, seen] = [Number.POSITIVE_INFINITY, 0, 0, 0]
  for (const each of step.pool) {
    if (each === lag || each <= around) continue
    const other = ratiosAround(rings, step.index - each, around, recent)
    if (other < 0) continue
    least = Math.min(least, other)
    most = Math.max(most, other)
    sum += other
    seen += 1
  }
  if (seen === 0 || (mine >= least && mine <= most)) return 0
  const others = sum / seen
  return (level * (mine - others) ** 2) / Math.max(mine + others, 1e-9)
}

/** The sum of the ratios from so many steps before one to as many after it; −1: they are not all known. */
function ratiosAround(rings: Rings, index: number, around: number, recent: number): number {
  let sum = 0
  for (let beside = -around; beside <= around; beside += 1) {
    const ratio = ratioAt(rings, index + beside, recent)
    if (ratio < 0) return -1
    sum += ratio
  }
  return sum
}

/** The count that the hours at these lags let expect for a step, at this level; null where none was observed. */
export function centreOf(rings: Rings, index: number, lags: readonly number[], level: number): number | null {
  const seen = collect(pool, rings, index, lags, recentLevel(rings))
  return seen === 0 ? null : level * centre(pool, seen, level)
}

/** The ratios at these lags, sorted; answers how many are known. `places`: where they lie, if that has been worked out. */
function collect(
  into: Float64Array,
  rings: Rings,
  index: number,
  lags: readonly number[],
  recent: number,
  places: readonly number[] = [],
): number {
  let seen = 0
  for (let each = 0; each < lags.length; each += 1) {
    const ratio = ratioAt(rings, index - (lags[each] ?? 0), recent, places[each])
    if (ratio < 0) continue
    // Kept sorted: the median is wanted, and there are at most fourteen.
    insert(into, seen, ratio)
    seen += 1
  }
  return seen
}

/**
 * The hour's own factor, drawn towards that of its day type by `kappa` weeks, but the less the surer it is that they differ: a shop
 * that is closed on Sundays has half a weekend.
 */
function shrunk(mine: number, weeks: number, shape: number, kappa: number, level: number, apart: number): number {
  const chiSquare = Math.max(apart, (weeks * level * (mine - shape) ** 2) / Math.max(mine + shape, 1e-9))
  const weight = kappa * Math.min(1, SURELY / Math.max(chiSquare, 1e-9)) ** 2
  return (weeks * mine + weight * shape) / (weeks + weight)
}

/** Added variance where an hour's first weeks are unlike its day type, as on the Sundays of a shop that is closed then: beyond what counts do by chance. */
function disagreement(mine: number, shape: number, level: number): number {
  const usual = shape * level + 1
  return Math.min(0.4, 0.25 * Math.max(0, Math.log((mine * level + 1) / usual) ** 2 - 4 / usual))
}

/** Between median (safe from faults in the past) and clipped mean (unbiased for small counts), the more median the larger the counts. */
function centre(sorted: Float64Array, seen: number, level: number): number {
  const middle = median(sorted, seen)
  const most = ceiling(middle, level)
  let sum = 0
  for (let slot = 0; slot < seen; slot += 1) sum += Math.min(sorted[slot] ?? 0, most)
  if (seen < 3) return sum / seen
  const weight = level / (level + 15)
  return weight * middle + (1 - weight) * (sum / seen)
}

/** In units of the level: four standard deviations of a count, and half as much again. */
function ceiling(middle: number, level: number): number {
  return level > 0 ? middle * 1.5 + (4 * Math.sqrt(middle * level + 2)) / level : Number.POSITIVE_INFINITY
}

function median(sorted: Float64Array, seen: number): number {
  const half = seen >> 1
  return seen % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}

const blocks = new Float64Array(LEVEL_DAYS)

/** The geometric mean of daily levels without the two highest and the two lowest of ten (of fewer, correspondingly fewer). */
function trimmedLevel(rings: Rings): number {
  let seen = 0
  for (let block = 0; block < LEVEL_DAYS; block += 1) {
    const rho = rings.blockRho[block] ?? 0
    if (rho < rings.perDay / 8) continue
    insert(blocks, seen, ((rings.blockClean[block] ?? 0) + 0.1) / rho)
    seen += 1
  }
  if (seen === 0) return meanOfLast(rings, rings.perWeek)
  const trim = seen >= 8 ? 2 : seen >= 4 ? 1 : 0
  // At most six levels, each less than 1e16: their product is a number.
  let product = 1
  for (let slot = trim; slot < seen - trim; slot += 1) product *= blocks[slot] ?? 1
  return product ** (1 / (seen - 2 * trim))
}

/** Puts a value into its place among those of a sorted array that are used. */
function insert(sorted: Float64Array, used: number, value: number): void {
  let slot = used
  while (slot > 0 && (sorted[slot - 1] ?? 0) > value) {
    sorted[slot] = sorted[slot - 1] ?? 0
    slot -= 1
  }
  sorted[slot] = value
}
