import { DAY } from '../../model/time.ts'

/** Days on which more came than was expected, and it passed: paydays and bill runs come again a month later. Plain data. */
export interface Surges {
  /** First and last local day (numbers since the epoch) and the most that came of what was expected in one step; the newest last. */
  readonly past: Surge[]
}

interface Surge {
  from: number
  to: number
  times: number
}

/** Two a month, remembered for two months. */
const KEPT = 4
/** So much more than at its like a month ago is news. */
const NEWS = 1.5
/** A surge that lasts longer is a level. */
const MOST_DAYS = 4

export function emptySurges(): Surges {
  return { past: [] }
}

/** Takes in a step with more than expected. */
export function noteSurge({ past }: Surges, day: number, count: number, mean: number): void {
  const times = (count + 1) / (mean + 1)
  const last = past.at(-1)
  if (last !== undefined && day <= last.to + 1 && day - last.from < MOST_DAYS) {
    last.to = Math.max(last.to, day)
    last.times = Math.max(last.times, times)
    return
  }
  past.push({ from: day, to: day, times })
  if (past.length > KEPT) past.shift()
}

/** What went on is no surge. */
export function forgetSurge({ past }: Surges): void {
  past.pop()
}

/** Whether as much came on the same day a month ago: of the month, from its end, or of its working days. */
export function isMonthly({ past }: Surges, day: number, times: number): boolean {
  return past.some((surge) => {
    if (times > NEWS * surge.times) return false
    for (let before = surge.from; before <= surge.to; before += 1) if (areAlike(before, day)) return true
    return false
  })
}

/** Whether the second day lies in the month after the first one's, a day earlier or later in it or at the same place among the working days. */
function areAlike(before: number, day: number): boolean {
  if (day - before < 26 || day - before > 36) return false
  const [a, b] = [placeOf(before), placeOf(day)]
  return (
    Math.abs(day - before - a.length) <= 1 ||
    Math.abs(a.fromEnd - b.fromEnd) <= 1 ||
    (a.work > 0 && (a.work === b.work || a.workLeft === b.workLeft))
  )
}

interface MonthPlace {
  /** Days of the month, and those left after this one. */
  readonly length: number
  readonly fromEnd: number
  /** Working days up to this one, 0 at a weekend; and those left after it. */
  readonly work: number
  readonly workLeft: number
}

function placeOf(day: number): MonthPlace {
  const date = new Date(day * DAY)
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  const ofMonth = date.getUTCDate()
  let work = 0
  let workLeft = 0
  for (let each = 1; each <= length; each += 1) {
    if (!isWorkday(day + each - ofMonth)) continue
    if (each <= ofMonth) work += 1
    else workLeft += 1
  }
  return { length, fromEnd: length - ofMonth, work: isWorkday(day) ? work : 0, workLeft }
}

function isWorkday(day: number): boolean {
  // Day 0 of the epoch was a Thursday.
  return (((day + 3) % 7) + 7) % 7 < 5
}
