/** A bucket that wasn't observed. Counts and ratios are never negative, so that one number says it without a NaN. */
export const MISSING = -1

/** A level below this is none: what sums leave behind when large counts have gone through them. */
const LEAST_LEVEL = 1e-6
/** Ratios are kept as their square roots in 16 bits: 0.2 % fine at 1, and six weeks of them are half of a series' memory. */
const ROOTS = 1024
const UNKNOWN = 65_535
const MOST_RATIO = ((UNKNOWN - 1) / ROOTS) ** 2
const RATIO_OF_SQUARE = 1 / ROOTS ** 2

/** Days that the level is taken from. */
export const LEVEL_DAYS = 10

/** Days whose ratios are kept: six weeks and one. */
const RATIO_DAYS = 43

/**
 * The memory of a volume series, in steps (an hour, or the bucket where that is longer). What is read hour by hour is a ring indexed by step number
 * modulo length; what is read for one hour of many days has these days side by side (`placeOf`), since a fleet's memory is read slower than it is
 * reckoned with.
 */
export interface Rings {
  readonly perDay: number
  readonly perWeek: number
  /** What was counted in ten days, a ring. */
  readonly raw: Float32Array
  /** What entered the level in ten days (faults replaced), and the seasonal factor expected then, by hour of the day. */
  readonly clean: Float32Array
  readonly rho: Float32Array
  /** Six weeks and a day of count / level of the centred week around it, kept as its root, by hour of the day. */
  readonly ratio: Uint16Array
  /** Sums of clean and rho over the last ten blocks of a day, newest first. */
  readonly blockClean: Float64Array
  readonly blockRho: Float64Array
  /** Sum and number of clean counts over the last week. */
  weekSum: number
  weekSeen: number
  /** Number of the newest step, and of the first one that was observed; -1 before. */
  last: number
  first: number
}

export function emptyRings(perDay: number): Rings {
  const perWeek = 7 * perDay
  const days = () => new Float32Array(LEVEL_DAYS * perDay).fill(MISSING)
  return {
    perDay,
    perWeek,
    raw: days(),
    clean: days(),
    rho: days(),
    ratio: new Uint16Array(RATIO_DAYS * perDay).fill(UNKNOWN),
    blockClean: new Float64Array(LEVEL_DAYS),
    blockRho: new Float64Array(LEVEL_DAYS),
    weekSum: 0,
    weekSeen: 0,
    last: -1,
    first: -1,
  }
}

/** Where a step lies in what is kept by hour of the day for so many days. */
function placeOf(index: number, perDay: number, days: number): number {
  const day = Math.floor(index / perDay)
  return (index - day * perDay) * days + (day % days)
}

/** Appends the step after the newest one. A missing step enters no sum. */
export function append(rings: Rings, raw: number, clean: number, rho: number): void {
  const { perDay, perWeek } = rings
  const index = rings.last + 1
  const week = cleanAt(rings, index - perWeek)
  if (week >= 0) {
    rings.weekSum -= week
    rings.weekSeen -= 1
  }
  const place = placeOf(index, perDay, LEVEL_DAYS)
  const row = place - (place % LEVEL_DAYS)
  const { clean: cleans, rho: rhos, blockClean, blockRho } = rings
  // The oldest block's leaving step lies where the new one will: the row is as long as all of them.
  for (let block = LEVEL_DAYS - 1, leaving = place; block >= 0; block -= 1) {
    const count = index - (block + 1) * perDay < rings.first ? MISSING : (cleans[leaving] ?? MISSING)
    const factor = rhos[leaving] ?? 0
    leaving += 1
    if (leaving >= row + LEVEL_DAYS) leaving = row
    if (count < 0) continue
    blockClean[block] = Math.max(0, (blockClean[block] ?? 0) - count)
    blockRho[block] = Math.max(0, (blockRho[block] ?? 0) - factor)
    if (block + 1 < LEVEL_DAYS) {
      blockClean[block + 1] = (blockClean[block + 1] ?? 0) + count
      blockRho[block + 1] = (blockRho[block + 1] ?? 0) + factor
    }
  }
  rings.raw[index % rings.raw.length] = raw
  cleans[place] = clean
  rhos[place] = rho
  rings.ratio[ratioPlace(index, perDay)] = UNKNOWN
  rings.last = index
  // What was rounded to 32 bits on the way in is what must come out again.
  const kept = cleans[place] ?? MISSING
  if (kept >= 0) {
    rings.weekSum += kept
    rings.weekSeen += 1
    blockClean[0] = (blockClean[0] ?? 0) + kept
    blockRho[0] = (blockRho[0] ?? 0) + (rhos[place] ?? 0)
  }
  const age = index - rings.first + 1
  if (age === perWeek) for (let past = rings.first; past < index - perWeek / 2; past += 1) finishRatio(rings, past)
  if (age >= perWeek) finishRatio(rings, index - Math.floor(perWeek / 2))
}

/** Where the ratio of a step lies: the same for all series of a fleet, so that it may be worked out once. */
export function ratioPlace(index: number, perDay: number): number {
  return placeOf(index, perDay, RATIO_DAYS)
}

/** Ratio of a step to the level of the week around it; the newest half week is measured against the week before now. */
export function ratioAt(
  rings: Rings,
  index: number,
  recentLevel: number,
  place = ratioPlace(index, rings.perDay),
): number {
  if (index < rings.first || index > rings.last || index <= rings.last - rings.ratio.length) return MISSING
  const root = rings.ratio[place] ?? UNKNOWN
  if (root !== UNKNOWN) return root * root * RATIO_OF_SQUARE
  const raw = rawAt(rings, index)
  return raw < 0 || recentLevel < LEAST_LEVEL ? MISSING : Math.min(MOST_RATIO, raw / recentLevel)
}

/** Mean count of a step over the last week; while younger over the last whole days, or over all there is in the first. */
export function recentLevel(rings: Rings): number {
  const age = rings.last - rings.first + 1
  if (rings.first < 0) return 0
  if (age >= rings.perWeek) return rings.weekSeen > 0 ? Math.max(0, rings.weekSum) / rings.weekSeen : 0
  const days = Math.floor(age / rings.perDay)
  return meanOfLast(rings, days > 0 ? days * rings.perDay : age)
}

/** Mean of the clean counts of the last `steps` steps; 0 when none was observed. */
export function meanOfLast(rings: Rings, steps: number): number {
  let sum = 0
  let seen = 0
  for (let index = Math.max(rings.first, rings.last - steps + 1, 0); index <= rings.last; index += 1) {
    const count = cleanAt(rings, index)
    if (count < 0) continue
    sum += count
    seen += 1
  }
  return seen > 0 ? sum / seen : 0
}

/** Sums afresh, after the clean counts were changed in place. */
export function resum(rings: Rings): void {
  rings.weekSum = 0
  rings.weekSeen = 0
  rings.blockClean.fill(0)
  rings.blockRho.fill(0)
  const size = rings.raw.length
  for (let index = Math.max(0, rings.first, rings.last - size + 1); index <= rings.last; index += 1) {
    const place = placeOf(index, rings.perDay, LEVEL_DAYS)
    const count = rings.clean[place] ?? MISSING
    if (count < 0) continue
    const ago = rings.last - index
    if (ago < rings.perWeek) {
      rings.weekSum += count
      rings.weekSeen += 1
    }
    const block = Math.floor(ago / rings.perDay)
    if (block >= LEVEL_DAYS) continue
    rings.blockClean[block] = (rings.blockClean[block] ?? 0) + count
    rings.blockRho[block] = (rings.blockRho[block] ?? 0) + (rings.rho[place] ?? 0)
  }
}

function finishRatio(rings: Rings, index: number): void {
  const raw = rawAt(rings, index)
  const level = rings.weekSeen >= rings.perWeek / 2 ? rings.weekSum / rings.weekSeen : 0
  const known = raw >= 0 && level >= LEAST_LEVEL
  rings.ratio[ratioPlace(index, rings.perDay)] = known
    ? Math.round(ROOTS * Math.sqrt(Math.min(MOST_RATIO, raw / level)))
    : UNKNOWN
}

/** What a step counted; missing where it is older than what is kept, or newer than the newest. */
export function rawAt(rings: Rings, index: number): number {
  return isKept(rings, index) ? (rings.raw[index % rings.raw.length] ?? MISSING) : MISSING
}

/** What of it entered the level. */
export function cleanAt(rings: Rings, index: number): number {
  return isKept(rings, index) ? (rings.clean[placeOf(index, rings.perDay, LEVEL_DAYS)] ?? MISSING) : MISSING
}

/** Says anew what of a step that is kept enters the level; the sums are to be made afresh (`resum`). */
export function setClean(rings: Rings, index: number, clean: number): void {
  rings.clean[placeOf(index, rings.perDay, LEVEL_DAYS)] = clean
}

function isKept({ first, last, raw }: Rings, index: number): boolean {
  return first >= 0 && index >= first && index <= last && index > last - raw.length
}
