import type { StandingAlarm, VolumeReading } from '../../judge/volume/reading.ts'
import { DAY, floorTo, HOUR, type Instant } from '../../model/time.ts'

/** Readings that are alike, one after the other. */
interface Run {
  /** From when on it could be read. */
  readonly from: Instant
  /** End of the newest hour of which it says so. */
  readonly last: Instant
  readonly counts: boolean
  readonly alarms: readonly StandingAlarm[]
}

/** By stream. Plain data. */
export type SavedReadings = ReadonlyMap<string, readonly Run[]>

/** What was made of each stream's hours. Hours alike are kept as one: a month of them is a few lines. */
export interface Readings {
  /** Takes in the hour that ends at `end`; a stream's hours come in their order, none left out. */
  readonly hour: (key: string, end: Instant, counts: boolean, alarms: readonly StandingAlarm[]) => void
  /** Alarms have opened inside an hour: whatever is still to be learnt, that is known. */
  readonly within: (key: string, at: Instant, alarms: readonly StandingAlarm[]) => void
  /** What could be read at `at`; null: nothing yet. */
  readonly at: (key: string, at: Instant) => VolumeReading | null
  readonly save: () => SavedReadings
}

/** Readings are asked for while minutes are judged, which may be this far behind. */
const REMEMBERED = 40 * DAY

export function createReadings(saved: SavedReadings = new Map()): Readings {
  const runs = new Map([...saved].map(([key, kept]): [string, Run[]] => [key, [...kept]]))

  function add(key: string, run: Run): void {
    const kept = runs.get(key) ?? []
    kept.push(run)
    while ((kept[0]?.last ?? run.last) < run.last - REMEMBERED) kept.shift()
    runs.set(key, kept)
  }

  return {
    hour: (key, end, counts, alarms) => {
      const kept = runs.get(key)
      const newest = kept?.at(-1)
      if (kept === undefined || newest === undefined || newest.counts !== counts || !alike(newest.alarms, alarms))
        add(key, { from: end, last: end, counts, alarms })
      else kept[kept.length - 1] = { ...newest, last: end }
    },
    within: (key, at, alarms) => {
      const newest = runs.get(key)?.at(-1)
      add(key, { from: at, last: newest?.last ?? floorTo(at, HOUR), counts: true, alarms })
    },
    at: (key, at) => {
      const run = runs.get(key)?.findLast(({ from }) => from <= at)
      if (run === undefined) return null
      const { last, counts, alarms } = run
      return { end: Math.min(last, floorTo(at, HOUR)), counts, alarms }
    },
    save: () => runs,
  }
}

function alike(some: readonly StandingAlarm[], others: readonly StandingAlarm[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ alarm }, place) => {
      const other = others[place]?.alarm
      return alarm.series === other?.series && alarm.kind === other.kind && alarm.openedAt === other.openedAt
    })
  )
}
