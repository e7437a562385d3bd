import type { Instant } from '../../model/time.ts'

/** What is watched apart from all else: an event from one source, or from all of them together (null). */
export interface WatchedStream {
  readonly event: string
  readonly source: string | null
}

/** What one hour holds of one stream. */
export interface EventHour extends WatchedStream {
  readonly start: Instant
  /** Without those more than a day late. */
  readonly received: number
  /** Records more than a day late. They are in the counts below, but not in those by platform. */
  readonly backfilled: number
  readonly invalid: number
  readonly incomplete: number
  readonly identified: number
  readonly duplicates: number
  /** Records by platform; names over a cap are one. */
  readonly platforms: ReadonlyMap<string, number>
}

/** What a series is about. */
export type Aspect = 'total' | 'platform' | 'invalid' | 'incomplete' | 'duplicates'

export interface WatchedSeries extends WatchedStream {
  /** Unique, and readable. */
  readonly name: string
  readonly aspect: Aspect
  /** The platform; null for other aspects. */
  readonly value: string | null
}

/** One bucket of one series. */
export interface WatchedBucket {
  readonly series: WatchedSeries
  readonly count: number
  readonly total: number | null
}

/** The series that hours of events turn into: found by themselves, bounded. */
export interface Watching {
  /** The buckets of an hour, in an order that doesn't tell how the hour was given. A platform once seen has a bucket in each later hour. */
  readonly bucketsOf: (hour: readonly EventHour[]) => readonly WatchedBucket[]
  readonly series: () => readonly WatchedSeries[]
  /** Platforms of events that are too many or too small to have a series: they are in the totals alone. */
  readonly unwatched: () => number
  readonly save: () => SavedWatching
}

/** What has been found so far. Plain data. */
export interface SavedWatching {
  readonly series: readonly WatchedSeries[]
  /** Platforms without a series, each with its stream. */
  readonly small: ReadonlySet<string>
}

/** Platforms of one event that keep a series. */
const PLATFORMS = 8
/** A platform gets its series in the first hour in which it has at least so many records. */
const LEAST = 5
/** The part of an hour's records from which on those that are late say more of its shares than the hour itself. */
const BACKFILL = 0.01
/** Names that stand for many are no platform. */
const POOLED = new Set(['', '__other__'])

/** Nothing found yet, or what was saved. */
export function watching(saved: SavedWatching = { series: [], small: new Set() }): Watching {
  const known = new Map(saved.series.map((series) => [series.name, series]))
  const platforms = new Map<string, Set<string>>()
  const small = new Set(saved.small)
  for (const series of saved.series) {
    if (series.value !== null) platforms.set(streamKey(series), keptOf(streamKey(series)).add(series.value))
  }

  function keptOf(stream: string): Set<string> {
    return platforms.get(stream) ?? new Set()
  }

  function seriesOf({ event, source }: WatchedStream, aspect: Aspect, value: string | null = null): WatchedSeries {
    const name = seriesName({ event, source }, aspect, value)
    const found = known.get(name)
    if (found !== undefined) return found
    const made = { name, event, source, aspect, value }
    known.set(name, made)
    return made
  }

  /** Those with the most records come first, so that the caps meet the smallest. */
  function platformsOf(hour: EventHour): ReadonlySet<string> {
    const { platforms: counts } = hour
    const stream = streamKey(hour)
    const kept = keptOf(stream)
    platforms.set(stream, kept)
    const found = [...counts].filter(([name]) => !POOLED.has(name) && !kept.has(name))
    for (const [name, count] of found.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))) {
      const key = JSON.stringify([stream, name])
      if (kept.size < PLATFORMS && count >= LEAST) {
        kept.add(name)
        small.delete(key)
      } else small.add(key)
    }
    return kept
  }

  function bucketsOf(hour: readonly EventHour[]): readonly WatchedBucket[] {
    const events = hour.toSorted((a, b) => (streamKey(a) < streamKey(b) ? -1 : 1))
    return events.flatMap((each) => {
      const { received, backfilled, platforms: counts } = each
      const of = (aspect: Aspect, count: number, total: number | null): WatchedBucket[] => [
        { series: seriesOf(each, aspect), count: total === null ? count : Math.min(count, total), total },
      ]
      const named = [...platformsOf(each)].sort()
      return [
        ...of('total', received, null),
        ...(named.length < 2
          ? []
          : named.map((name) => ({
              series: seriesOf(each, 'platform', name),
              count: Math.min(counts.get(name) ?? 0, received),
              total: received,
            }))),
        // Which of the bad ones were late isn't known: such an hour says nothing of these shares.
        ...(backfilled > BACKFILL * (received + backfilled)
          ? []
          : [
              ...of('invalid', each.invalid, received),
              ...of('incomplete', each.incomplete, received),
              ...of('duplicates', each.duplicates, each.identified),
            ]),
      ]
    })
  }

  return {
    bucketsOf,
    series: () => [...known.values()],
    unwatched: () => small.size,
    save: () => ({ series: [...known.values()], small }),
  }
}

const WORDS: Readonly<Record<Aspect, string>> = {
  total: '',
  platform: 'on',
  invalid: 'invalid',
  incomplete: 'incomplete',
  duplicates: 'duplicates',
}

/** Tells streams apart. */
export function streamKey({ event, source }: WatchedStream): string {
  return source === null ? event : `${event} · from · ${source}`
}

/** A series' name. `value`: the platform. */
export function seriesName(stream: WatchedStream, aspect: Aspect, value: string | null = null): string {
  return [streamKey(stream), WORDS[aspect], value ?? ''].filter((word) => word !== '').join(' · ')
}
