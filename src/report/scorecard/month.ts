import { civilInstant, zoneOffset } from '../../judge/slo/active.ts'
import { type Duration, floorTo, HOUR, type Instant } from '../../model/time.ts'

/** How long after a month's end its scorecard is final: late data and late resolves are in by then. */
const FREEZE_AFTER: Duration = 72 * HOUR

/** A month of the workspace's civil time. Its edges are local midnights, rounded down to whole UTC hours as windows are. */
export interface Month {
  /** `2026-10` */
  readonly name: string
  readonly timezone: string
  /** [from, to) */
  readonly from: Instant
  readonly to: Instant
}

/** Reads `2026-10`; null for anything else and for years outside 2010 to 2099. */
export function readMonth(text: string, timezone: string): Month | null {
  const [, year, number] = /^(20[1-9]\d)-(0[1-9]|1[0-2])$/.exec(text) ?? []
  return year === undefined ? null : monthOf(Number(year), Number(number) - 1, timezone)
}

/** The month that holds an instant. */
export function monthAt(at: Instant, timezone: string): Month {
  const offsetAt = zoneOffset(timezone)
  const local = new Date(at + offsetAt(at))
  const guess = monthOf(local.getUTCFullYear(), local.getUTCMonth(), timezone)
  // Where midnight isn't a whole UTC hour the first minutes of the month's first UTC hour are the last month's by the clock.
  return at >= guess.to ? monthAfter(guess) : at < guess.from ? monthBefore(guess) : guess
}

export function monthBefore({ name, timezone }: Month): Month {
  return monthOf(Number(name.slice(0, 4)), Number(name.slice(5)) - 2, timezone)
}

export function monthAfter({ name, timezone }: Month): Month {
  return monthOf(Number(name.slice(0, 4)), Number(name.slice(5)), timezone)
}

/** When the month's scorecard is frozen. */
export function freezesAt(month: Month): Instant {
  return month.to + FREEZE_AFTER
}

/** `October 2026` */
export function monthTitle(name: string): string {
  const at = Date.UTC(Number(name.slice(0, 4)), Number(name.slice(5)) - 1, 1)
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' }).format(at)
}

function monthOf(year: number, index: number, timezone: string): Month {
  const offsetAt = zoneOffset(timezone)
  return {
    name: new Date(Date.UTC(year, index, 1)).toISOString().slice(0, 7),
    timezone,
    from: floorTo(civilInstant(Date.UTC(year, index, 1), offsetAt), HOUR),
    to: floorTo(civilInstant(Date.UTC(year, index + 1, 1), offsetAt), HOUR),
  }
}
