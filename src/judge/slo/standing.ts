import { DAY, type Duration, HOUR, type Instant, MINUTE } from '../../model/time.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { WindowCounts } from '../../model/window.ts'
import type { SloPlan } from '../../plan/plan.ts'
import { measureOf } from '../sli/measure.ts'
import { type Movement, movementOf } from '../volume/movement.ts'
import { firingOf, type VolumeReading } from '../volume/reading.ts'
import { type ActiveClock, activeClock } from './active.ts'
import { createLedger, type Ledger, type Tally } from './ledger.ts'
import { BURN_LENGTHS, type Circumstances, ORDINARY, type Sums, verdictAt } from './verdict.ts'

/** How long a uniqueness SLO can't be called met: until the horizon of duplicates is covered once. */
const WARMING: Duration = DAY

const SILENCE: Movement = { direction: 'down', total: true, platforms: [] }

/** How far back minutes are needed: the longest burn window and the hour it is rounded down to. */
export const MINUTES_BACK: Duration = 3 * DAY + HOUR

/** What the world was like in the minute to be judged. */
export interface MinuteFacts {
  /** Its sources were listening throughout it. */
  readonly observed: boolean
  /** Start of the first record's minute of the source the SLO names, or of all it sums; null: none yet. */
  readonly observedFrom: Instant | null
  readonly notEvaluated: Circumstances['notEvaluated']
  /** Volume, and freshness where the event's volume is watched: what the detector made of the newest hour that has ended; left out or null: nothing yet. */
  readonly volume?: VolumeReading | null
}

/** What one minute gave. */
export interface MinuteJudgement {
  readonly verdict: Verdict
  readonly rows: readonly boolean[]
  /** The minute held a record of the SLI's total; a time slice: it was counted. */
  readonly holds: boolean
  readonly bad: boolean
  /** A time slice's mark: `+` good, `-` bad, `.` not counted; null for SLIs that count records. */
  readonly mark: '+' | '-' | '.' | null
  /** Of a volume or freshness SLO that fires: which way its records moved; left out or null: not known. */
  readonly movement?: Movement | null
}

/** One SLO's account, minute by minute: what it has counted, and what that makes of it at the end of each. */
export interface Standing {
  readonly slo: SloPlan
  readonly at: () => Instant
  /** What a minute of a source holds now (not what was added); minutes ahead of `at` wait. */
  readonly setMinute: (source: string, start: Instant, counts: Readonly<WindowCounts>) => void
  readonly setHour: (source: string, start: Instant, counts: Readonly<WindowCounts>) => void
  /** What has to be stored of an hour because its windows don't say it: time slices, and minutes left out; null: nothing. */
  readonly marks: (hour: Instant) => string | null
  readonly restoreMarks: (hour: Instant, marks: string) => void
  /** Restores the newest arrival known when `at` was judged. */
  readonly setNewest: (arrival: Instant) => void
  readonly newest: () => Instant | null
  readonly judge: (facts: MinuteFacts) => MinuteJudgement
  readonly clip: (at: Instant) => void
  /** Where row windows start at the earliest: the last resolve of the event; null: none. */
  readonly clippedAt: () => Instant | null
  readonly minute: (start: Instant) => Tally
  /** What its windows hold at `at`: what the last judgement went by. */
  readonly sums: () => Sums
  readonly oldest: () => Instant
}

export function createStanding(slo: SloPlan, at: Instant): Standing {
  const lengths = [...new Set([...BURN_LENGTHS, slo.window, ...slo.rows.flatMap((row) => [row.long, row.short])])]
  const measure = measureOf(slo.kind)
  const clock = activeClock(slo.active)
  /** One ledger a source, summed on reading; time slices have one of their own. */
  const ledgers = new Map<string, Ledger>()
  const slices = measure === null ? createLedger(at, lengths) : null
  /** Arrivals of minutes that aren't judged yet. */
  const arrivals = new Map<Instant, Instant>()
  let now = at
  let newest: Instant | null = null
  let clippedAt: Instant | null = null

  function ledgerOf(source: string): Ledger {
    const known = ledgers.get(source)
    if (known !== undefined) return known
    const ledger = createLedger(now, lengths)
    if (clippedAt !== null) ledger.clip(clippedAt)
    ledgers.set(source, ledger)
    return ledger
  }

  const all = (): Ledger[] => (slices === null ? [...ledgers.values()] : [slices])

  function sum(read: (ledger: Ledger) => Tally): Tally {
    const only = all()
    if (only.length === 1 && only[0] !== undefined) return read(only[0])
    let bad = 0
    let total = 0
    for (const ledger of only) {
      const tally = read(ledger)
      bad += tally.bad
      total += tally.total
    }
    return { bad, total }
  }

  function minutesOf(hour: Instant): readonly Tally[] {
    return Array.from({ length: HOUR / MINUTE }, (_, index) => sum((ledger) => ledger.minute(hour + index * MINUTE)))
  }

  /** What the minutes of an hour come to, as far as they are known. */
  function hourByMinutes(hour: Instant): Tally {
    const minutes = minutesOf(hour)
    return {
      bad: minutes.reduce((more, { bad }) => more + bad, 0),
      total: minutes.reduce((more, { total }) => more + total, 0),
    }
  }

  const sums = (): Sums => ({
    window: sum((ledger) => ledger.sum(slo.window)),
    burn: BURN_LENGTHS.map((length) => sum((ledger) => ledger.sum(length))),
    clipped: (length) => sum((ledger) => ledger.clippedSum(length)),
  })

  function judge(facts: MinuteFacts): MinuteJudgement {
    const start = now
    now += MINUTE
    const mark = slices === null ? null : markOf(start, facts)
    if (mark !== null && mark !== '.') slices?.setMinute(start, mark === '-' ? 1 : 0, 1)
    for (const ledger of all()) ledger.advance()
    const seen = sum((ledger) => ledger.minute(start))
    const { verdict, rows } = verdictAt(slo, now, sums(), circumstances(facts))
    if (slo.kind === 'volume') return volumeJudgement(verdict, facts.volume ?? null, mark)
    const judgement = { verdict, rows, holds: seen.total > 0, bad: seen.bad > 0, mark }
    // Of an event whose ordinary volume is known, nothing for so long is as much as an alarm of it.
    const isMovement = slo.kind === 'freshness' && verdict.firing !== null && facts.volume?.counts === true
    return isMovement ? { ...judgement, movement: SILENCE } : judgement
  }

  /** It fires as long as an alarm is open, whatever its ratio. */
  function volumeJudgement(verdict: Verdict, reading: VolumeReading | null, mark: MinuteJudgement['mark']) {
    const firing = reading === null ? null : firingOf(reading, clippedAt)
    const movement = reading === null ? null : movementOf(reading.alarms)
    const bad = firing !== null && isToldAt(now, reading)
    return { verdict: { ...verdict, firing }, rows: [], holds: reading !== null, bad, mark, movement }
  }

  function circumstances({ notEvaluated, observedFrom, volume = null }: MinuteFacts): Circumstances {
    if (slo.kind === 'volume') {
      const judged = volume?.counts === true || sums().window.total > 0
      return { ...ORDINARY, notEvaluated: notEvaluated ?? (judged ? null : 'learning') }
    }
    const neverSeen = slo.kind === 'freshness' && newest === null
    if (neverSeen && slo.source === null) return { ...ORDINARY, notEvaluated: notEvaluated ?? 'never_seen' }
    const warming = slo.kind === 'uniqueness' && observedFrom !== null && now < observedFrom + WARMING
    return { notEvaluated, neverSeen, warming }
  }

  /** Freshness of the minute from `start`: SEMANTICS' "newest arrival is younger than max_age at its end". */
  function markOf(start: Instant, facts: MinuteFacts): '+' | '-' | '.' {
    const end = start + MINUTE
    if (slo.kind === 'volume') {
      // An hour counts once, in its last minute.
      const { volume = null } = facts
      if (volume === null || volume.end !== end || !volume.counts) return '.'
      return volume.alarms.length > 0 ? '-' : '+'
    }
    const arrival = arrivals.get(start)
    if (arrival !== undefined) {
      arrivals.delete(start)
      newest = Math.max(newest ?? arrival, arrival)
    }
    if (slo.kind !== 'freshness' || slo.maxAge === null) return '.'
    if (!facts.observed || !clock.isActive(start)) return '.'
    if (newest !== null) return age(clock, newest, end, slo.maxAge) < slo.maxAge ? '+' : '-'
    if (slo.source === null || facts.observedFrom === null) return '.'
    return age(clock, facts.observedFrom, end, slo.maxAge) >= slo.maxAge ? '-' : '.'
  }

  return {
    slo,
    at: () => now,
    setMinute: (source, start, counts) => {
      if (measure === null) {
        if (slo.kind !== 'freshness' || counts.lastArrival === 0) return
        if (start >= now) arrivals.set(start, Math.max(arrivals.get(start) ?? 0, counts.lastArrival))
        else newest = Math.max(newest ?? counts.lastArrival, counts.lastArrival)
        return
      }
      if (!clock.isActive(start)) return
      const { bad, total } = measure(counts)
      ledgerOf(source).setMinute(start, bad, total)
    },
    setHour: (source, start, counts) => {
      // Hours hold inactive minutes as well: an SLO with active hours sums its own minutes.
      if (measure === null || slo.active !== null) return
      const { bad, total } = measure(counts)
      ledgerOf(source).setHour(start, bad, total)
    },
    marks: (hour) => {
      if (slices === null && slo.active === null) return null
      if (slices === null) {
        const { bad, total } = hourByMinutes(hour)
        return `${bad}/${total}`
      }
      const minutes = minutesOf(hour)
      return minutes.map(({ bad, total }) => (total === 0 ? '.' : bad > 0 ? '-' : '+')).join('')
    },
    restoreMarks: (hour, marks) => {
      if (slices === null) {
        const [bad = 0, total = 0] = marks.split('/').map(Number)
        const known = hourByMinutes(hour)
        // What its minutes don't say any more: all of it, or what came before the oldest that is kept.
        if (total > known.total) ledgerOf('').setHour(hour, Math.max(0, bad - known.bad), total - known.total)
        return
      }
      for (const [index, mark] of [...marks].entries()) {
        if (mark !== '.') slices.setMinute(hour + index * MINUTE, mark === '-' ? 1 : 0, 1)
      }
      const bad = marks.replaceAll(/[^-]/g, '').length
      slices.setHour(hour, bad, bad + marks.replaceAll(/[^+]/g, '').length)
    },
    setNewest: (arrival) => {
      newest = Math.max(newest ?? arrival, arrival)
    },
    newest: () => newest,
    judge,
    clip: (instant) => {
      clippedAt = instant
      for (const ledger of all()) ledger.clip(instant)
    },
    clippedAt: () => clippedAt,
    minute: (start) => sum((ledger) => ledger.minute(start)),
    sums,
    oldest: () => now - MINUTES_BACK,
  }
}

/**
 * Whether an alarm was found at `at`: at the end of an hour of which it says so, or inside one, as it opened. It is open in the minutes after
 * as well, but says nothing of them: they are bad once their hour was.
 */
function isToldAt(at: Instant, reading: VolumeReading | null): boolean {
  return reading !== null && (reading.end === at || reading.alarms.some(({ alarm }) => alarm.openedAt === at))
}

function age(clock: ActiveClock, from: Instant, to: Instant, enough: Duration): Duration {
  return clock.elapsed(from, to, enough)
}
