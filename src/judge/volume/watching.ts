import { type BasedStream, type DomainHour, domainBases, domainHour } from './domain-base.ts'
import { emptyHitters, type HeavyHitters, keptNames, unkeptCount } from './heavy-hitters.ts'
import { partsOf, takeNamed } from './named-parts.ts'
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

interface StreamState extends BasedStream {
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

/** Nothing found yet. */
export function emptyWatching(): SavedWatching {
  return { series: new Map(), streams: new Map() }
}

/** Goes on from what was saved, in the state that it is given. */
export function watching(options: WatchingOptions, saved: SavedWatching = emptyWatching()): Watching {
  const { series: known, streams } = saved
  /** So that names needn't be put together for each bucket. */
  const named = new Map<string, Map<Aspect, Map<string | null, WatchedSeries>>>()
  const baseOf = domainBases(streams, options.domainOf)

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

  function take(hour: readonly EventHour[]): WatchedHour {
    const events = hour.toSorted((a, b) => (streamKey(a) < streamKey(b) ? -1 : 1))
    const byKey = new Map(events.map((each) => [streamKey(each), each]))
    const buckets: WatchedBucket[] = []
    const gone: WatchedSeries[] = []
    for (const each of events) stateOf(each)
    const domains = new Map<readonly string[], DomainHour | null>()
    const hourOf = (base: readonly string[]): DomainHour | null => {
      const known = domains.get(base)
      if (known !== undefined) return known
      const made = domainHour(base, byKey)
      domains.set(base, made)
      return made
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
      /** Lets names come and go. One that is left alone, where there have to be more, is a part of nothing. */
      const follow = (aspect: Aspect, hitters: HeavyHitters, least: number, left: readonly string[]): void => {
        const isAlone = left.length > 0 && keptNames(hitters).length < least
        leave(aspect, isAlone ? [...left, ...keptNames(hitters), OTHERS] : left)
      }
      const { received, backfilled } = each
      add('total', received, null)
      follow('platform', state.platforms, 2, takeNamed(state.platforms, each.platforms, each.platforms, PLATFORMS))
      for (const { value, count } of partsOf(state.platforms, each.platforms, 2))
        add('platform', count, received, value)
      state.base ??= baseOf(state, each.start)
      const domain = state.base === null ? null : hourOf(state.base)
      if (domain !== null) {
        add('domain', received, domain.received, options.domainOf(each.event))
        const all = domain.families
        follow('family', state.families, 1, takeNamed(state.families, each.families, all, FAMILIES))
        const totals = new Map(partsOf(state.families, all, 1).map(({ value, count }) => [value, count]))
        for (const { value, count } of partsOf(state.families, each.families, 1)) {
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
    const isFull = known.size >= MOST_SERIES
    /** Names that were to have a series when there were too many already. */
    const refused = (stream: WatchedStream, aspect: Aspect, names: readonly string[]): number =>
      isFull ? names.filter((value) => !known.has(seriesName(stream, aspect, value))).length : 0
    return [...streams]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { event, source, platforms, families, base }]) => {
        const [kept, properties] = [keptNames(platforms), options.propertiesOf(event)]
        const stream = { event, source }
        return {
          event,
          source,
          series: byStream.get(key) ?? [],
          unwatched: {
            platforms: unkeptCount(platforms) + (kept.length < 2 ? 0 : refused(stream, 'platform', kept)),
            families: unkeptCount(families) + (base === null ? 0 : refused(stream, 'family', keptNames(families))),
            properties:
              Math.max(0, properties.length - PROPERTIES) +
              refused(stream, 'property', properties.slice(0, PROPERTIES)),
          },
        }
      })
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
