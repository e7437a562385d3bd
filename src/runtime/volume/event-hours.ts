import { type EventHour, familyOf, streamKey, type WatchedStream } from '../../judge/volume/watched.ts'
import { HOUR, type Instant } from '../../model/time.ts'
import { type CountedHour, clientHours, countedHours, unfilledHours } from '../../store/read/hourly.ts'
import type { Sql } from '../../store/sql.ts'

/** One hour of the streams of which something came in it, by `streamKey`. */
export interface HourOfEvents {
  readonly start: Instant
  readonly hours: ReadonlyMap<string, EventHour>
}

/** Every hour that starts in [from, to), oldest first, as the given streams have it: a stream's hour is in it where something came. */
export async function eventHours(
  sql: Sql,
  streams: readonly WatchedStream[],
  from: Instant,
  to: Instant,
): Promise<readonly HourOfEvents[]> {
  const byEvent = Map.groupBy(streams, ({ event }) => event)
  const found = new Map<Instant, Map<string, EventHour>>()
  /** The streams that a row belongs to, as they stand in its hour. */
  function change(row: { event: string; source: string; start: Instant }, changed: (hour: EventHour) => EventHour) {
    const hours = found.get(row.start) ?? new Map<string, EventHour>()
    found.set(row.start, hours)
    for (const stream of byEvent.get(row.event) ?? []) {
      if ((stream.source ?? row.source) !== row.source) continue
      const key = streamKey(stream)
      hours.set(key, changed(hours.get(key) ?? emptyHour(stream, row.start)))
    }
  }
  for (const row of await countedHours(sql, { from, to })) change(row, (hour) => withCounts(hour, row))
  for (const row of await clientHours(sql, { from, to })) {
    const { platform, appVersion } = row
    const count = row.received - row.backfilled
    const family = familyOf(platform, appVersion)
    change(row, (hour) => ({
      ...hour,
      platforms: platform === '' ? hour.platforms : plus(hour.platforms, platform, count),
      families: family === null ? hour.families : plus(hour.families, family, count),
    }))
  }
  for (const row of await unfilledHours(sql, { from, to })) {
    change(row, (hour) => ({ ...hour, unfilled: plus(hour.unfilled, propertyAt(row.path), row.count) }))
  }
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / HOUR)) }, (_, index) => {
    const start = from + index * HOUR
    return { start, hours: found.get(start) ?? new Map() }
  })
}

function plus(counts: ReadonlyMap<string, number>, name: string, count: number): ReadonlyMap<string, number> {
  return new Map(counts).set(name, (counts.get(name) ?? 0) + count)
}

/** The top-level property that a JSON pointer names. */
function propertyAt(pointer: string): string {
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** An hour in which nothing came. Whether somebody was listening is for the caller to know. */
export function emptyHour({ event, source }: WatchedStream, start: Instant): EventHour {
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

function withCounts(hour: EventHour, row: CountedHour): EventHour {
  return {
    ...hour,
    received: hour.received + row.received - row.backfilled,
    backfilled: hour.backfilled + row.backfilled,
    invalid: hour.invalid + row.invalid,
    incomplete: hour.incomplete + row.incomplete,
    identified: hour.identified + row.identified,
    duplicates: hour.duplicates + row.duplicates,
  }
}
