import { DAY, type Duration, type Instant } from '../../model/time.ts'
import { emptyHitters, type HeavyHitters, keptNames, takeHitters, unkeptCount } from './heavy-hitters.ts'
import {
  type Aspect,
  type EventHour,
  OTHERS,
  seriesName,
  streamKey,
  type WatchedBucket,
  type WatchedSeries,
  type WatchedStream,
} from './watched.ts'

/** What the plan says of events and tables, as far as series are made from it. */
export interface WatchingOptions {
  /** Null: of none. */
  readonly domainOf: (subject: string) => string | null
  /** Required and important properties, in the order in which they get a series. */
  readonly propertiesOf: (subject: string) => readonly string[]
}

/** What an hour gives. */
export interface WatchedHour {
  /** In an order that doesn't tell how the hour was given. */
  readonly buckets: readonly WatchedBucket[]
  /** Series that end: nothing is left of what they were about. */
  readonly gone: readonly WatchedSeries[]
}

/** What is watched of one stream, and how much of it is not. */
export interface Coverage extends WatchedStream {
  readonly series: readonly WatchedSeries[]
  /** Names without a series of their own: in the total and, where there are many, in one series together. */
  readonly unwatched: { readonly platforms: number; readonly families: number; readonly properties: number }
}

/** The series that hours of events turn into: found by themselves, bounded. */
export interface Watching {
  readonly take: (hour: readonly EventHour[]) => WatchedHour
  readonly series: () => readonly WatchedSeries[]
  /** The totals of a total's domain, whose season it may borrow while it is young: those that its share is taken of, without itself. */
  readonly lendersOf: (series: string) => readonly string[]
  readonly coverage: () => readonly Coverage[]
  /** The state itself, no copy: to be written or copied before the next hour. */
  readonly save: () => SavedWatching
}

/** What has been found so far. Plain data. */
export interface SavedWatching {
  readonly series: Map<string, WatchedSeries>
  readonly streams: Map<string, StreamState>
}

interface StreamState extends WatchedStream {
  readonly first: Instant
  /**
   * The streams of its domain that its shares are taken of, itself among them: fixed once there are others, so that what joins later
   * moves no share. One list for all that have the same: of each its own they would be the square of a domain.
   */
  base: readonly string[] | null
  readonly platforms: HeavyHitters
  readonly families: HeavyHitters
}

/** Most series of one stream. */
const PLATFORMS = 8
const FAMILIES = 8
const PROPERTIES = 12
/** Most series in all; beyond it only totals are added. */
const MOST_SERIES = 20_000
/** The part of an hour's records from which on those that are late say more of its shares than the hour itself. */
const BACKFILL = 0.01
/** Streams of a domain younger than this are no measure for others. */
const GROWN: Duration = 7 * DAY
/** Names that stand for many are no platform. */
const UNNAMED = new Set(['', '__other__'])

export function emptyWatching(): SavedWatching {
  return { series: new Map(), streams: new Map() }
}

/** What the streams of a domain count in an hour. */
interface DomainHour {
  readonly received: number
  readonly families: ReadonlyMap<string, number>
}

/** Goes on from what was saved, in the state that it is given. */
export function watching(options: WatchingOptions, saved: SavedWatching = emptyWatching()): Watching {
  const { series: known, streams } = saved
  /** So that names needn't be put together for each bucket. */
  const named = new Map<string, Map<Aspect, Map<string | null, WatchedSeries>>>()
  let byDomain: ReadonlyMap<string, readonly StreamState[]> = new Map()
  let grouped = 0

  function stateOf({ event, source, start }: EventHour): StreamState {
    const key = streamKey({ event, source })
    const found = streams.get(key)
    if (found !== undefined) return found
    const made = { event, source, first: start, base: null, platforms: emptyHitters(), families: emptyHitters() }
    streams.set(key, made)
    return made
  }

  /** Null where there are too many already. */
  function seriesOf({ event, source }: WatchedStream, key: string, aspect: Aspect, value: string | null) {
    const before = named.get(key)?.get(aspect)?.get(value)
    if (before !== undefined) return before
    const name = seriesName({ event, source }, aspect, value)
    const found = known.get(name)
    if (found === undefined && aspect !== 'total' && known.size >= MOST_SERIES) return null
    const series = found ?? { name, event, source, aspect, value }
    known.set(name, series)
    const own = named.get(key) ?? new Map<Aspect, Map<string | null, WatchedSeries>>()
    named.set(key, own)
    own.set(aspect, (own.get(aspect) ?? new Map<string | null, WatchedSeries>()).set(value, series))
    return series
  }

  /**
   * The stream and the grown ones of its domain and source; null where there is no other. A young one borrows their season so: its
   * share of the domain has none.
   */
  function baseOf(state: StreamState, at: Instant): readonly string[] | null {
    const domain = options.domainOf(state.event)
    if (domain === null) return null
    const base: string[] = []
    let shared: readonly string[] | null = null
    for (const other of relativesOf(domain, state.source)) {
      if (other !== state && at - other.first < GROWN) continue
      base.push(streamKey(other))
      shared = other.base ?? shared
    }
    if (base.length < 2) return null
    base.sort()
    return shared?.length === base.length && base.every((key, place) => key === shared[place]) ? shared : base
  }

  /** The streams of a domain from one source, or from all together. */
  function relativesOf(domain: string, source: string | null): readonly StreamState[] {
    if (grouped !== streams.size) {
      byDomain = Map.groupBy(streams.values(), (state) => JSON.stringify([options.domainOf(state.event), state.source]))
      grouped = streams.size
    }
    return byDomain.get(JSON.stringify([domain, source])) ?? []
  }

  /** What the streams of a base count together in an hour, as long as all of them are told; null: they aren't. */
  function domainIn(base: readonly string[], hour: ReadonlyMap<string, EventHour>): DomainHour | null {
    const told = base.flatMap((key) => hour.get(key) ?? [])
    if (told.length < base.length) return null
    return {
      received: told.reduce((sum, { received }) => sum + received, 0),
      families: summed(told.map(({ families }) => families)),
    }
  }

  function take(hour: readonly EventHour[]): WatchedHour {
    const events = hour.toSorted((a, b) => (streamKey(a) < streamKey(b) ? -1 : 1))
    const byKey = new Map(events.map((each) => [streamKey(each), each]))
    const buckets: WatchedBucket[] = []
    const gone: WatchedSeries[] = []
    for (const each of events) stateOf(each)
    const domains = new Map<readonly string[], DomainHour | null>()
    const domainOf = (base: readonly string[]): DomainHour | null => {
      const found = domains.get(base) ?? domainIn(base, byKey)
      domains.set(base, found)
      return found
    }
    for (const each of events) {
      const state = stateOf(each)
      const key = streamKey(each)
      const add = (aspect: Aspect, count: number, total: number | null, value: string | null = null): void => {
        const series = seriesOf(each, key, aspect, value)
        if (series !== null) buckets.push({ series, count: total === null ? count : Math.min(count, total), total })
      }
      const leave = (aspect: Aspect, names: readonly string[]): void => {
        for (const value of names) {
          const series = known.get(seriesName(each, aspect, value))
          if (series === undefined) continue
          known.delete(series.name)
          named.get(key)?.get(aspect)?.delete(value)
          gone.push(series)
        }
      }
      const { received, backfilled } = each
      add('total', received, null)
      leave('platform', takeNamed(state.platforms, each.platforms, each.platforms, PLATFORMS))
      for (const { value, count } of parts(state.platforms, each.platforms, 2)) add('platform', count, received, value)
      state.base ??= baseOf(state, each.start)
      // Shares of a domain of which a part isn't told aren't shares.
      const domain = state.base === null ? null : domainOf(state.base)
      if (domain !== null) {
        add('domain', received, domain.received, options.domainOf(each.event))
        const all = domain.families
        leave('family', takeNamed(state.families, each.families, all, FAMILIES))
        const totals = new Map(parts(state.families, all, 1).map(({ value, count }) => [value, count]))
        for (const { value, count } of parts(state.families, each.families, 1)) {
          add('family', count, totals.get(value) ?? 0, value)
        }
      }
      // Which of the bad ones were late isn't known: such an hour says nothing of these shares.
      if (backfilled > BACKFILL * (received + backfilled)) continue
      add('invalid', each.invalid, received)
      add('incomplete', each.incomplete, received)
      for (const property of options.propertiesOf(each.event).slice(0, PROPERTIES)) {
        add('property', each.unfilled.get(property) ?? 0, received, property)
      }
      add('duplicates', each.duplicates, each.identified)
    }
    return { buckets, gone }
  }

  function coverage(): readonly Coverage[] {
    const byStream = Map.groupBy(known.values(), streamKey)
    return [...streams]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { event, source, platforms, families }]) => ({
        event,
        source,
        series: byStream.get(key) ?? [],
        unwatched: {
          platforms: unkeptCount(platforms),
          families: unkeptCount(families),
          properties: Math.max(0, options.propertiesOf(event).length - PROPERTIES),
        },
      }))
  }

  function lendersOf(name: string): readonly string[] {
    const series = known.get(name)
    if (series?.aspect !== 'total') return []
    const own = streamKey(series)
    // A total is called what its stream is.
    return streams.get(own)?.base?.filter((key) => key !== own) ?? []
  }

  return { take, series: () => [...known.values()], lendersOf, coverage, save: () => saved }
}

function takeNamed(
  hitters: HeavyHitters,
  own: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, number>,
  cap: number,
): readonly string[] {
  const isNamed = (counts: ReadonlyMap<string, number>) => ![...UNNAMED].some((name) => counts.has(name))
  const named = (counts: ReadonlyMap<string, number>) =>
    isNamed(counts) ? counts : new Map([...counts].filter(([name]) => !UNNAMED.has(name)))
  return takeHitters(hitters, named(own), named(all), cap)
}

/** The counts of those that have a series, and of the rest together once the cap has left one out; none where there are fewer than `least`. */
function parts(
  hitters: HeavyHitters,
  counts: ReadonlyMap<string, number>,
  least: number,
): readonly { readonly value: string; readonly count: number }[] {
  const kept = keptNames(hitters)
  if (kept.length < least) return []
  const found = kept.map((value) => ({ value, count: counts.get(value) ?? 0 }))
  if (!hitters.pooled) return found
  let rest = 0
  for (const [name, count] of counts) if (name !== '' && !kept.includes(name)) rest += count
  return [...found, { value: OTHERS, count: rest }]
}

function summed(parts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const part of parts) for (const [name, count] of part) sums.set(name, (sums.get(name) ?? 0) + count)
  return sums
}
