import { DAY, type Duration, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'

/** Bad of total, as burn rates need it. */
export interface Tally {
  readonly bad: number
  readonly total: number
}

/** Minutes are kept for the longest burn window and the hour it is rounded down to. */
const MINUTES_KEPT = (3 * DAY + 2 * HOUR) / MINUTE

/** The sum over one window that ends at the ledger's `at`. */
interface Rolling {
  readonly length: Duration
  readonly byHours: boolean
  /** First instant that is inside. */
  from: Instant
  bad: number
  total: number
}

/**
 * Bad and total of one SLI by minute and hour, with the sums over its windows kept up to date as time advances, so that
 * a minute costs a handful of additions. Windows over 24 h start at the hour and are sums of hours, but for the hour
 * that hasn't ended. What arrives for minutes at or after `at` waits; what arrives for earlier ones changes the sums.
 */
export interface Ledger {
  readonly at: () => Instant
  /** Sets what a minute holds: not what is added to it. */
  readonly setMinute: (start: Instant, bad: number, total: number) => void
  /** Sets what an ended hour holds; for hours older than the minutes kept, and for a start from stored windows. */
  readonly setHour: (start: Instant, bad: number, total: number) => void
  /** Takes in the minute that ends at `at() + 1 min`. */
  readonly advance: () => void
  /** The sum over the window of this length; it must be one of the lengths the ledger was made with. */
  readonly sum: (length: Duration) => Tally
  /** The same, but nothing before the clip. */
  readonly clippedSum: (length: Duration) => Tally
  /** From now on `clippedSum` leaves out what lies before this instant. */
  readonly clip: (at: Instant) => void
  readonly minute: (start: Instant) => Tally
  /** Oldest minute that is still known. */
  readonly oldest: () => Instant
}

export function createLedger(at: Instant, lengths: readonly Duration[]): Ledger {
  const minuteBad = new Uint32Array(MINUTES_KEPT)
  const minuteTotal = new Uint32Array(MINUTES_KEPT)
  const hoursKept = Math.ceil(Math.max(DAY, ...lengths) / HOUR) + 3
  const hourBad = new Float64Array(hoursKept)
  const hourTotal = new Float64Array(hoursKept)
  const waiting = new Map<Instant, Tally>()
  let now = at
  let clippedAt: Instant = Number.NEGATIVE_INFINITY
  let sinceClipBad = 0
  let sinceClipTotal = 0
  const rolling: Rolling[] = lengths.map((length) => ({
    length,
    byHours: length > DAY,
    from: startOf(now, length),
    bad: 0,
    total: 0,
  }))
  const byLength = new Map(rolling.map((window) => [window.length, window]))

  const minuteSlot = (start: Instant): number => (start / MINUTE) % MINUTES_KEPT
  const hourSlot = (start: Instant): number => (start / HOUR) % hoursKept
  const oldest = (): Instant => now - MINUTES_KEPT * MINUTE
  const hourIsKept = (start: Instant): boolean => start > floorTo(now, HOUR) - hoursKept * HOUR && start <= now

  /** A past minute changes: so does every sum that holds it. */
  function addToPast(start: Instant, bad: number, total: number): void {
    for (const window of rolling) {
      if (start >= window.from) {
        window.bad += bad
        window.total += total
      }
    }
    if (start >= clippedAt) {
      sinceClipBad += bad
      sinceClipTotal += total
    }
    const hour = floorTo(start, HOUR)
    if (hourIsKept(hour)) {
      hourBad[hourSlot(hour)] = (hourBad[hourSlot(hour)] ?? 0) + bad
      hourTotal[hourSlot(hour)] = (hourTotal[hourSlot(hour)] ?? 0) + total
    }
  }

  function setMinute(start: Instant, bad: number, total: number): void {
    if (start >= now) {
      waiting.set(start, { bad, total })
      return
    }
    if (start < oldest()) return
    const slot = minuteSlot(start)
    const moreBad = bad - (minuteBad[slot] ?? 0)
    const moreTotal = total - (minuteTotal[slot] ?? 0)
    if (moreBad === 0 && moreTotal === 0) return
    minuteBad[slot] = bad
    minuteTotal[slot] = total
    addToPast(start, moreBad, moreTotal)
  }

  function setHour(start: Instant, bad: number, total: number): void {
    if (start + HOUR > now || !hourIsKept(start)) return
    const slot = hourSlot(start)
    const moreBad = bad - (hourBad[slot] ?? 0)
    const moreTotal = total - (hourTotal[slot] ?? 0)
    if (moreBad === 0 && moreTotal === 0) return
    hourBad[slot] = bad
    hourTotal[slot] = total
    for (const window of rolling) {
      if (window.byHours && start >= window.from) {
        window.bad += moreBad
        window.total += moreTotal
      }
    }
    if (start >= clippedAt) {
      sinceClipBad += moreBad
      sinceClipTotal += moreTotal
    }
  }

  /** What leaves a window as its start moves on to `from`. */
  function leave(window: Rolling, from: Instant): void {
    const step = window.byHours ? HOUR : MINUTE
    for (; window.from < from; window.from += step) {
      if (window.byHours) {
        window.bad -= hourBad[hourSlot(window.from)] ?? 0
        window.total -= hourTotal[hourSlot(window.from)] ?? 0
      } else {
        window.bad -= minuteBad[minuteSlot(window.from)] ?? 0
        window.total -= minuteTotal[minuteSlot(window.from)] ?? 0
      }
    }
  }

  function advance(): void {
    const start = now
    const next = now + MINUTE
    for (const window of rolling) leave(window, startOf(next, window.length))
    const slot = minuteSlot(start)
    minuteBad[slot] = 0
    minuteTotal[slot] = 0
    if (start % HOUR === 0) {
      hourBad[hourSlot(start)] = 0
      hourTotal[hourSlot(start)] = 0
    }
    now = next
    const arrived = waiting.get(start)
    if (arrived !== undefined) {
      waiting.delete(start)
      setMinute(start, arrived.bad, arrived.total)
    }
  }

  function windowOf(length: Duration): Rolling {
    const window = byLength.get(length)
    if (window === undefined) throw new RangeError(`no window of ${length} ms in this ledger`)
    return window
  }

  return {
    at: () => now,
    setMinute,
    setHour,
    advance,
    sum: (length) => {
      const { bad, total } = windowOf(length)
      return { bad, total }
    },
    clippedSum: (length) => {
      const window = windowOf(length)
      if (clippedAt <= window.from) return { bad: window.bad, total: window.total }
      return { bad: sinceClipBad, total: sinceClipTotal }
    },
    clip: (instant) => {
      clippedAt = instant
      sinceClipBad = 0
      sinceClipTotal = 0
      for (let start = Math.max(instant, oldest()); start < now; start += MINUTE) {
        sinceClipBad += minuteBad[minuteSlot(start)] ?? 0
        sinceClipTotal += minuteTotal[minuteSlot(start)] ?? 0
      }
    },
    minute: (start) =>
      start >= now || start < oldest()
        ? { bad: 0, total: 0 }
        : { bad: minuteBad[minuteSlot(start)] ?? 0, total: minuteTotal[minuteSlot(start)] ?? 0 },
    oldest,
  }
}

/** The first instant inside a window of this length that ends at `at`. */
export function startOf(at: Instant, length: Duration): Instant {
  return length > DAY ? floorTo(at - length, HOUR) : at - length
}
