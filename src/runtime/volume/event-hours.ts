import { type EventHour, familyOf, streamKey, type WatchedStream } from '../../judge/volume/watched.ts'
import { HOUR, type Instant } from '../../model/time.ts'
import {
  countedHours,
  facetHours,
  type HourRow,
  namedClients,
  namedPaths,
  type NamedSeries,
  namedSeries,
  unfilledHours,
} from '../../store/read/hourly.ts'
import type { Sql } from '../../store/sql.ts'

/** One hour of the streams of which something came in it, by `streamKey`. */
export interface HourOfEvents {
  readonly start: Instant
  readonly hours: ReadonlyMap<string, EventHour>
}

/** Reads hours of events. What the store's numbers stand for is remembered from one call to the next. */
export interface EventHours {
  /** Every hour that starts in [from, to), oldest first, as the given streams have it: a stream's hour is in it where something came. */
  readonly read: (streams: readonly WatchedStream[], from: Instant, to: Instant) => Promise<readonly HourOfEvents[]>
}

/** An hour that is still being added up. */
type Draft = {
  -readonly [Key in keyof EventHour]: EventHour[Key] extends ReadonlyMap<string, number>
    ? Map<string, number>
    : EventHour[Key]
}

export function createEventHours(sql: Sql): EventHours {
  const series = new Map<number, NamedSeries>()
  /** Platform and family, each null where it isn't known. */
  const clients = new Map<number, { readonly platform: string | null; readonly family: string | null }>()
  const properties = new Map<number, string>()

  /** Asks what the numbers stand for that haven't been seen yet. */
  async function nameAll(
    counted: readonly HourRow[],
    facets: readonly (HourRow & { readonly facet: number })[],
    findings: readonly (HourRow & { readonly finding: number })[],
  ): Promise<void> {
    const ofSeries = new Set<number>()
    const ofFacets = new Set<number>()
    const ofFindings = new Set<number>()
    for (const rows of [counted, facets, findings]) {
      for (const { series: id } of rows) if (!series.has(id)) ofSeries.add(id)
    }
    for (const { facet } of facets) if (!clients.has(facet)) ofFacets.add(facet)
    for (const { finding } of findings) if (!properties.has(finding)) ofFindings.add(finding)
    for (const each of await namedSeries(sql, [...ofSeries])) series.set(each.id, each)
    for (const { id, platform, appVersion } of await namedClients(sql, [...ofFacets])) {
      clients.set(id, { platform: platform === '' ? null : platform, family: familyOf(platform, appVersion) })
    }
    for (const { id, path } of await namedPaths(sql, [...ofFindings])) properties.set(id, propertyAt(path))
  }

  async function read(streams: readonly WatchedStream[], from: Instant, to: Instant): Promise<readonly HourOfEvents[]> {
    const span = { from, to }
    const [counted, facets, findings] = [
      await countedHours(sql, span),
      await facetHours(sql, span),
      await unfilledHours(sql, span),
    ]
    await nameAll(counted, facets, findings)
    const hours = Array.from({ length: Math.max(0, Math.ceil((to - from) / HOUR)) }, (_, index) => {
      return { start: from + index * HOUR, hours: new Map<string, Draft>() }
    })
    const byEvent = Map.groupBy(streams, ({ event }) => event)
    /** The streams that each series belongs to, with their keys. */
    const keyed = new Map<number, readonly (readonly [string, WatchedStream])[]>()
    function belongs(id: number): readonly (readonly [string, WatchedStream])[] {
      const found = keyed.get(id)
      if (found !== undefined) return found
      const { kind, event, source } = series.get(id) ?? { kind: 'unplanned', event: '', source: '' }
      const own = kind === 'planned' || kind === 'table' ? (byEvent.get(event) ?? []) : []
      const made = own.flatMap((stream) =>
        (stream.source ?? source) === source ? [[streamKey(stream), stream] as const] : [],
      )
      keyed.set(id, made)
      return made
    }
    function add(row: { readonly series: number; readonly start: Instant }, change: (hour: Draft) => void): void {
      for (const [key, stream] of belongs(row.series)) {
        const hour = hours[(row.start - from) / HOUR]?.hours
        const draft = hour?.get(key) ?? draftOf(stream, row.start)
        hour?.set(key, draft)
        change(draft)
      }
    }
    for (const row of counted) {
      add(row, (hour) => {
        hour.received += row.received - row.backfilled
        hour.backfilled += row.backfilled
        hour.invalid += row.invalid
        hour.incomplete += row.incomplete
        hour.identified += row.identified
        hour.duplicates += row.duplicates
      })
    }
    for (const row of facets) {
      const client = clients.get(row.facet)
      if (client === undefined) continue
      const count = row.received - row.backfilled
      add(row, ({ platforms, families }) => {
        if (client.platform !== null) plus(platforms, client.platform, count)
        if (client.family !== null) plus(families, client.family, count)
      })
    }
    for (const row of findings) {
      add(row, ({ unfilled }) => plus(unfilled, properties.get(row.finding) ?? '', row.count))
    }
    return hours
  }

  return { read }
}

function plus(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count)
}

/** The top-level property that a JSON pointer names. */
function propertyAt(pointer: string): string {
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** An hour in which nothing came. Whether somebody was listening is for the caller to know. */
export function emptyHour(stream: WatchedStream, start: Instant): EventHour {
  return draftOf(stream, start)
}

function draftOf({ event, source }: WatchedStream, start: Instant): Draft {
  return {
    event,
    source,
    start,
    received: 0,
    backfilled: 0,
    invalid: 0,
    incomplete: 0,
    identified: 0,
    duplicates: 0,
    platforms: new Map(),
    families: new Map(),
    unfilled: new Map(),
  }
}
