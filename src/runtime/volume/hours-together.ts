import { type Duration, floorTo, HOUR, type Instant, MINUTE } from '../../model/time.ts'

/** A stream of a domain whose sources have been read up to an instant. */
export interface ReadStream {
  readonly key: string
  /** Those of one group are held against each other: a domain, as far as it is of one source or of all. */
  readonly group: string
  readonly until: Instant
}

/** So far behind another one of its domain a stream is waited for: sources are read at their own pace, some a minute later than others. */
const WAITS: Duration = 5 * MINUTE

/**
 * Up to when each stream's hours may be judged, so that those of a domain end together: whoever is past an hour's end waits a minute short
 * of it for those that will be soon. Shares of a domain can only be told of hours that all of it has.
 */
export function hoursTogether(streams: readonly ReadStream[]): ReadonlyMap<string, Instant> {
  const together = new Map<string, Instant>()
  for (const group of Map.groupBy(streams, (each) => each.group).values()) {
    const newest = Math.max(...group.map(({ until }) => until))
    const hour = floorTo(newest, HOUR)
    const isAwaited = group.some(({ until }) => until < hour && until >= newest - WAITS)
    for (const { key, until } of group) together.set(key, isAwaited && until >= hour ? hour - MINUTE : until)
  }
  return together
}
