import { DAY, type Duration, HOUR, type Instant } from '../../model/time.ts'
import { zoneOffset } from '../slo/active.ts'
import { ratioPlace } from './rings.ts'

/** A weekday, a day of the weekend, or one tagged as a holiday: days of one type share a shape. */
export type DayType = 0 | 1 | 2

/** Weeks of the same local hour that are remembered, and days of the same type. */
export const OWN_WEEKS = 6
export const POOL_DAYS = 14

/** Steps are numbered from here, centuries before any record: a number is never negative. */
export const FIRST_INSTANT: Instant = -20_000 * 7 * DAY

/** Where a step lies in local civil time, and how many steps back its likes are. The same for all series of one step length. */
export interface CivilStep {
  /** Number of the step since `FIRST_INSTANT`. */
  readonly index: number
  /** Of a day, the start of UTC's day with the local date. */
  readonly start: Instant
  readonly length: Duration
  readonly day: DayType
  /** Number of the local day since the epoch. */
  readonly date: number
  /** Local hour of the day, 0–23. */
  readonly hour: number
  /** Steps back to the same local hour of the week, one week to six. */
  readonly own: readonly number[]
  /** Steps back to the same local hour of earlier days of this type, one day to fourteen. */
  readonly pool: readonly number[]
  /** Where the ratios of these steps lie in a series' memory. */
  readonly ownPlaces: readonly number[]
  readonly poolPlaces: readonly number[]
  /** Steps back to the same local hour of days of other types. */
  readonly others: readonly number[]
  /** The same for days of any type. */
  readonly any: readonly number[]
  /** Steps of this local day before this one. */
  readonly sinceMidnight: number
  /** Steps in a day and in a week. */
  readonly perDay: number
  readonly perWeek: number
}

/** Places steps in a zone's civil time; `isHoliday` says which instants lie on a tagged holiday. */
export interface CivilCalendar {
  readonly step: (index: number, length: Duration) => CivilStep
  /** A day's bucket may be the zone's day, whose start moves with daylight saving: it is numbered by its local date. */
  readonly indexOf: (start: Instant, length: Duration) => number
}

export function civilCalendar(timezone: string, isHoliday: (at: Instant) => boolean = () => false): CivilCalendar {
  const offsetAt = zoneOffset(timezone)
  /** The newest steps asked for: a fleet asks for the same one or two again and again. */
  const latest: CivilStep[] = []

  function dayOf(at: Instant): DayType {
    if (isHoliday(at)) return 2
    const weekday = new Date(at + offsetAt(at)).getUTCDay()
    return weekday === 0 || weekday === 6 ? 1 : 0
  }

  function indexOf(start: Instant, length: Duration): number {
    const since = start - FIRST_INSTANT
    return length === DAY ? Math.round((since + offsetAt(start)) / DAY) : Math.floor(since / length)
  }

  function step(index: number, length: Duration): CivilStep {
    for (const known of latest) if (known.index === index && known.length === length) return known
    const start = FIRST_INSTANT + index * length
    // A step's place is its middle's: a day that begins at local midnight may begin in UTC's day before.
    const middle = length === DAY ? start + DAY / 2 : start + length / 2
    const offset = offsetAt(middle)
    const day = length === DAY ? dayOf(middle - offset) : dayOf(middle)
    const back = (days: number): number => {
      const there = middle - days * DAY
      const shift = length === DAY ? 0 : offset - offsetAt(there)
      return Math.max(1, Math.round((days * DAY - shift) / length))
    }
    const days = Array.from({ length: POOL_DAYS }, (_, ago) => ago + 1)
    const isLike = (ago: number): boolean =>
      (length === DAY ? dayOf(middle - offset - ago * DAY) : dayOf(middle - ago * DAY)) === day
    const perDay = Math.max(1, Math.round(DAY / length))
    const ofDay = (((middle + (length === DAY ? 0 : offset)) % DAY) + DAY) % DAY
    const own = Array.from({ length: OWN_WEEKS }, (_, ago) => back(7 * (ago + 1)))
    const pool = days.filter(isLike).map(back)
    const placesOf = (lags: readonly number[]): number[] => lags.map((lag) => ratioPlace(index - lag, perDay))
    const made: CivilStep = {
      index,
      start,
      length,
      day,
      date: Math.floor((middle + (length === DAY ? 0 : offset)) / DAY),
      hour: Math.floor(ofDay / HOUR),
      own,
      pool,
      ownPlaces: placesOf(own),
      poolPlaces: placesOf(pool),
      others: days.filter((ago) => !isLike(ago)).map(back),
      any: days.map(back),
      sinceMidnight: Math.min(perDay - 1, Math.floor(ofDay / length)),
      perDay,
      perWeek: 7 * perDay,
    }
    latest.unshift(made)
    if (latest.length > 6) latest.pop()
    return made
  }
  return { step, indexOf }
}
