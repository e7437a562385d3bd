/** Detectors of one series of counts: five windows, the silence test, drift. */
const DETECTORS = 7
/** Measured (bench volume): the windows of counts alarm as so many more would, since a level wanders. */
const COUNT_WINDOWS = 1.7

/** How a series is held against its part of the budget. */
export interface Scoring {
  readonly falseAlarmsPerWeek: number
  /** Of a share whose whole has the same season: a day tells as much of it as a week. */
  readonly isSeasonless?: boolean
  /** Shape of the tails: 1.5, or 1 for the small allowances of large fleets. */
  readonly power: number
  /** Mean excess of a tail before it was seen. */
  readonly prior: number
}

/**
 * Small allowances need tails of counts that are read more carefully: as plain exponentials, far beyond what one series has
 * seen. Shares have thin tails at any allowance (measured: bench volume, fleet).
 */
export function scoringOf(falseAlarmsPerWeek: number, isShare: boolean): Scoring {
  return isShare || falseAlarmsPerWeek >= 0.01
    ? { falseAlarmsPerWeek, power: 1.5, prior: 1.1 }
    : { falseAlarmsPerWeek, power: 1, prior: 0.46 }
}

/** Untagged holidays that a calendar has: up to eight a year. */
export const HOLIDAYS_PER_WEEK = 0.15

/** How often one window of one series may alarm falsely, in nats: independent tests of a week over the allowance. */
export function nats(stepsPerWeek: number, windowSteps: number, hours: number, falseAlarmsPerWeek: number): number {
  const spread = Math.max(1, Math.min(windowSteps, (windowSteps * 6) / Math.max(hours, 6)))
  return Math.log((stepsPerWeek * 2 * DETECTORS * COUNT_WINDOWS) / (spread * falseAlarmsPerWeek))
}

/** The same for a share. */
export function shareNats(
  stepsPerWeek: number,
  windowSteps: number,
  hours: number,
  falseAlarmsPerWeek: number,
): number {
  return nats(stepsPerWeek, windowSteps, hours, falseAlarmsPerWeek) - Math.log(COUNT_WINDOWS)
}

/** The same for the silence test, which has one side. */
export function silenceNats(stepsPerWeek: number, falseAlarmsPerWeek: number): number {
  return Math.log((stepsPerWeek * DETECTORS) / falseAlarmsPerWeek)
}

/**
 * Doubt in nats while the hour's own history is short (weeks of the same local hour seen): more of bursts, which a young series hasn't told of yet; of
 * too few none where others lend their season.
 */
export function youngNats(
  { weeks, isLent = false }: { readonly weeks: number; readonly isLent?: boolean },
  direction: 'up' | 'down',
): number {
  if (direction === 'down') return weeks === 0 && !isLent ? 3 : 0
  return weeks === 0 ? 8 : weeks < 3 ? 4 : 0
}

/** The same for a share, whose hours are drawn towards each other: by days since its first step. */
export function youngShareNats(days: number, { isSeasonless = false }: Scoring): number {
  if (isSeasonless) return days < 21 ? 1.5 : 0
  return days < 7 ? 4 : days < 21 ? 1.5 : 0
}

/** For drift: a week's sum, whose days overlap, is one test. */
export function driftNats(falseAlarmsPerWeek: number): number {
  return Math.log((2 * DETECTORS) / falseAlarmsPerWeek)
}
