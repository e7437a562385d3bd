/** Detectors of one series: five windows, the silence test, drift. */
const DETECTORS = 7

/** Untagged holidays that a calendar has: up to eight a year. */
export const HOLIDAYS_PER_WEEK = 0.15

/** How often one window of one series may alarm falsely, in nats: independent tests of a week over the allowance. */
export function nats(stepsPerWeek: number, windowSteps: number, hours: number, falseAlarmsPerWeek: number): number {
  const spread = Math.max(1, Math.min(windowSteps, (windowSteps * 6) / Math.max(hours, 6)))
  return Math.log((stepsPerWeek * 2 * DETECTORS) / (spread * falseAlarmsPerWeek))
}

/** The same for the silence test, which has one side. */
export function silenceNats(stepsPerWeek: number, falseAlarmsPerWeek: number): number {
  return Math.log((stepsPerWeek * DETECTORS) / falseAlarmsPerWeek)
}

/** Doubt in nats while the hour's own history is short: weeks of the same local hour seen. */
export function youngNats(weeks: number): number {
  return weeks === 0 ? 4 : weeks < 3 ? 1.5 : 0
}
