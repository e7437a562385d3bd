/** How much has come of late of what a share is of, held against what usually does. Plain data. */
export interface ShareWhole {
  /** How much has come of late, and how much usually does at these hours. */
  came: number
  usually: number
  /** How far hours that leave little to go by are off what this makes of them, beyond chance, and how much was expected of them. */
  misfit: number
  fitted: number
}

/** What a step leaves of the level before it. */
const KEEPS = 0.9
/** Days from which on it is known how much usually comes at an hour; from half of it on it is learnt how far that is off. */
const KNOWN_DAYS = 14
/** Variance of the level to begin with, worth so many records; and at the least. */
const PRIOR_MISFIT = 0.1
const PRIOR_FITTED = 200
const LEAST_MISFIT = 0.01

export function emptyShareWhole(): ShareWhole {
  return { came: 0, usually: 0, misfit: PRIOR_MISFIT * PRIOR_FITTED, fitted: PRIOR_FITTED }
}

/** How much comes now of what usually does; 0 as long as that isn't known. */
export function levelNow({ came, usually }: ShareWhole, days: number): number {
  return days < KNOWN_DAYS || usually === 0 ? 0 : came / usually
}

/** Shape of the gamma distribution that the level has: one over its variance. */
export function shapeOf({ misfit, fitted }: ShareWhole): number {
  return Math.max(1, fitted / Math.max(misfit, LEAST_MISFIT * fitted))
}

/** How many are expected now, where so many usually come. */
export function meantNow({ came, usually }: ShareWhole, usual: number): number {
  return usually === 0 ? usual : (usual * came) / usually
}

/**
 * Takes in a step, where so many usually come; `keeps`: of how far off it is, if this hour leaves little to go by, else null. One step of a wholly
 * different level tells no more than that it may be.
 */
export function learnWhole(whole: ShareWhole, n: number, usual: number, days: number, keeps: number | null): void {
  if (keeps !== null && days >= KNOWN_DAYS / 2) {
    const meant = meantNow(whole, usual)
    whole.misfit = whole.misfit * keeps + Math.min((n - meant) ** 2 / meant - 1, 9 + 3 * meant)
    whole.fitted = whole.fitted * keeps + meant
  }
  whole.came = whole.came * KEEPS + n
  whole.usually = whole.usually * KEEPS + usual
}
