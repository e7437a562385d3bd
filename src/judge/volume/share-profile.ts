/** What share is usual at which hour: a table by day type and hour, drawn towards the share as a whole. Plain data. */
export interface ShareProfile {
  readonly slotCount: Float64Array
  readonly slotTotal: Float64Array
  /** Discounted visits of a slot. */
  readonly slotVisits: Float32Array
  globalCount: number
  globalTotal: number
}

/** What a slot keeps of its past at each visit. */
const SLOT_KEEPS = 0.9
/** Records that the share as a whole weighs in a slot: more while each slot has been seen but a few times. */
const PRIOR_RECORDS = 150
const YOUNG_PRIOR_RECORDS = 400
const YOUNG_DAYS = 21
/** Half-life of the global share. */
const HALF_LIFE_DAYS = 14
const SLOTS = 72

export function emptyShareProfile(): ShareProfile {
  return {
    slotCount: new Float64Array(SLOTS),
    slotTotal: new Float64Array(SLOTS),
    slotVisits: new Float32Array(SLOTS),
    globalCount: 0,
    globalTotal: 0,
  }
}

/** Number of a slot: `day` is a type of day, `hour` local. */
export function slotOf(day: number, hour: number): number {
  return day * 24 + hour
}

export function isKnown(profile: ShareProfile, slot: number): boolean {
  return (profile.slotTotal[slot] ?? 0) > 0
}

/** The share as a whole. */
export function globalShare({ globalCount, globalTotal }: ShareProfile): number {
  return (globalCount + 0.5) / (globalTotal + 1)
}

/** `days`: since the share's first step. */
export function expectedShare(profile: ShareProfile, slot: number, days: number): number {
  const prior = days < YOUNG_DAYS ? YOUNG_PRIOR_RECORDS : PRIOR_RECORDS
  return (prior * globalShare(profile) + (profile.slotCount[slot] ?? 0)) / (prior + (profile.slotTotal[slot] ?? 0))
}

/** Of how many there usually is a share; 0 where that isn't known. */
export function usualTotal({ slotTotal, slotVisits }: ShareProfile, slot: number): number {
  const visits = slotVisits[slot] ?? 0
  return visits === 0 ? 0 : (slotTotal[slot] ?? 0) / visits
}

/** Takes in k of n. */
export function learnShare(profile: ShareProfile, slot: number, perDay: number, k: number, n: number): void {
  const keeps = 0.5 ** (1 / (HALF_LIFE_DAYS * perDay))
  profile.slotCount[slot] = SLOT_KEEPS * (profile.slotCount[slot] ?? 0) + k
  profile.slotTotal[slot] = SLOT_KEEPS * (profile.slotTotal[slot] ?? 0) + n
  profile.slotVisits[slot] = SLOT_KEEPS * (profile.slotVisits[slot] ?? 0) + 1
  profile.globalCount = keeps * profile.globalCount + k
  profile.globalTotal = keeps * profile.globalTotal + n
}

/** Every slot is moved by as much, in odds, as the share as a whole has moved. */
export function rebaseShare(profile: ShareProfile, observed: number, expected: number): void {
  const shift = shiftOf(observed, expected)
  const { slotCount, slotTotal } = profile
  for (let slot = 0; slot < slotTotal.length; slot += 1) {
    const n = slotTotal[slot] ?? 0
    if (n > 0) slotCount[slot] = n * shiftedShare((slotCount[slot] ?? 0) / n, shift)
  }
  if (profile.globalTotal > 0)
    profile.globalCount = profile.globalTotal * shiftedShare(profile.globalCount / profile.globalTotal, shift)
}

/** The factor between the odds of two shares. */
export function shiftOf(observed: number, expected: number): number {
  return odds(observed) / odds(expected)
}

/** The share whose odds are so many times those of this one. */
export function shiftedShare(share: number, shift: number): number {
  const shifted = odds(share) * shift
  return shifted / (1 + shifted)
}

function odds(share: number): number {
  return (share + 1e-6) / (1 - share + 1e-6)
}
