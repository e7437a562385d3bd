import { clamp } from './residual.ts'

/**
 * Silences in the midst of much that ended by themselves: where they come again and again, nothing is how that source writes what it didn't see (a scrape that
 * failed, a file that came late), and tells as much as a step that wasn't observed. Plain data.
 */
export interface Gaps {
  /** Gaps so far, the old ones counting less, and the longest of them in steps. */
  seen: number
  longest: number
  /** Steps of the silence under way. */
  run: number
}

/** So many at once are a habit: two within a few days, or one every other week for long. */
const HABIT = 1.7
const HALF_LIFE_WEEKS = 2
const LONGEST_HALF_LIFE_WEEKS = 8
/** Nats from which on nothing can't be chance. */
const SURELY = 8
/** Longer silences are faults, however often they come. */
const MOST_DAYS = 1

export function emptyGaps(): Gaps {
  return { seen: 0, longest: 0, run: 0 }
}

/** To be called once a step. */
export function forgetGaps(gaps: Gaps, perWeek: number): void {
  if (gaps.seen === 0) return
  gaps.seen *= 1 - Math.LN2 / (HALF_LIFE_WEEKS * perWeek)
  gaps.longest *= 1 - Math.LN2 / (LONGEST_HALF_LIFE_WEEKS * perWeek)
}

/** Whether so much is expected of a step that nothing at all is no chance. */
export function isMuch(mean: number, phi: number): boolean {
  const spread = clamp(phi, 0.05, 0.5)
  return Math.log1p(spread * mean) / spread >= SURELY
}

/** Takes in a step of which, as of the one before it, much was expected. */
export function followGaps(gaps: Gaps, count: number, perDay: number): void {
  if (count === 0) {
    gaps.run += 1
    return
  }
  if (gaps.run > 0 && gaps.run <= MOST_DAYS * perDay) {
    gaps.seen += 1
    gaps.longest = Math.max(gaps.longest, gaps.run)
  }
  gaps.run = 0
}

/** Whether the silence under way, if there is one, is no longer than what this series is used to. */
export function isGap({ seen, longest, run }: Gaps): boolean {
  return run > 0 && isHabit(seen) && run <= Math.max(longest + 1, 1.5 * longest)
}

/** Whether the silence under way is longer than those that are a habit. */
export function outlastsGaps({ seen, run }: Gaps): boolean {
  return run > 0 && isHabit(seen)
}

function isHabit(seen: number): boolean {
  return seen >= HABIT
}
