import { DAY, type Duration, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { ActiveHours } from '../../plan/plan.ts'

/** Which minutes count for an SLO with `active` hours in a civil time zone. */
export interface ActiveClock {
  readonly isActive: (minute: Instant) => boolean
  /** Active time between two instants, counted no further than `enough`. */
  readonly elapsed: (from: Instant, to: Instant, enough: Duration) => Duration
}

/** Everything counts. */
const ALWAYS: ActiveClock = { isActive: () => true, elapsed: (from, to) => Math.max(0, to - from) }

/** A clock for these hours; `null`: every minute counts. Daylight saving is the zone's: offsets are looked up by quarter hour. */
export function activeClock(active: ActiveHours | null): ActiveClock {
  if (active === null) return ALWAYS
  const { days, from, to, timezone } = active
  const offsetAt = zoneOffset(timezone)

  function isActive(minute: Instant): boolean {
    const local = minute + offsetAt(minute)
    const day = new Date(local).getUTCDay()
    const ofDay = (local - floorTo(local, DAY)) / MINUTE
    if (from < to) return days.includes(day) && ofDay >= from && ofDay < to
    // Over midnight: the hours after it belong to the day on which they began.
    return ofDay >= from ? days.includes(day) : ofDay < to && days.includes((day + 6) % 7)
  }

  function elapsed(start: Instant, end: Instant, enough: Duration): Duration {
    let sum = 0
    for (let minute = floorTo(end - 1, MINUTE); minute + MINUTE > start && sum < enough; minute -= MINUTE) {
      if (isActive(minute)) sum += Math.min(end, minute + MINUTE) - Math.max(start, minute)
    }
    return sum
  }
  return { isActive, elapsed }
}

/** When a zone's clocks show `local` (civil time as if it were UTC): the first time, or right after the gap that skips it. */
export function civilInstant(local: Instant, offsetAt: (at: Instant) => Duration): Instant {
  const candidates = [local - DAY, local + DAY].map((at) => local - offsetAt(at))
  return Math.min(...candidates.filter((at) => at + offsetAt(at) >= local))
}

/** The zone's offset from UTC at an instant, in ms; remembered by quarter hour, since asking costs microseconds. */
export function zoneOffset(timezone: string): (at: Instant) => Duration {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const remembered = new Map<Instant, Duration>()
  return (at) => {
    const quarter = floorTo(at, HOUR / 4)
    const known = remembered.get(quarter)
    if (known !== undefined) return known
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(quarter)) parts[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts
    const offset = Date.UTC(year, month - 1, day, hour, minute) - quarter
    if (remembered.size > 10_000) remembered.clear()
    remembered.set(quarter, offset)
    return offset
  }
}
