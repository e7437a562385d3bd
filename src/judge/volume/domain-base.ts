import { DAY, type Duration, type Instant } from '../../model/time.ts'
import { type EventHour, streamKey, type WatchedStream } from './watched.ts'

/** A stream, when it began, and the streams that its shares are taken of. */
export interface BasedStream extends WatchedStream {
  readonly first: Instant
  /**
   * The streams of its domain that its shares are taken of, itself among them: fixed once there are others, so that what joins later
   * moves no share. One list for all that have the same: of each its own they would be the square of a domain.
   */
  base: readonly string[] | null
}

/** What the streams of a domain count in an hour. */
export interface DomainHour {
  readonly received: number
  readonly families: ReadonlyMap<string, number>
}

/** Streams of a domain younger than this are no measure for others. */
const GROWN: Duration = 7 * DAY

/**
 * Tells of streams that may become more which ones a stream's shares are taken of: itself and the grown ones of its domain and source; null
 * where there is no other. A young one borrows their season so: its share of the domain has none.
 */
export function domainBases(
  streams: ReadonlyMap<string, BasedStream>,
  domainOf: (subject: string) => string | null,
): (stream: BasedStream, at: Instant) => readonly string[] | null {
  let byDomain: ReadonlyMap<string, readonly BasedStream[]> = new Map()
  let grouped = 0

  /** The streams of a domain from one source, or from all together. */
  function relativesOf(domain: string, source: string | null): readonly BasedStream[] {
    if (grouped !== streams.size) {
      byDomain = Map.groupBy(streams.values(), (each) => JSON.stringify([domainOf(each.event), each.source]))
      grouped = streams.size
    }
    return byDomain.get(JSON.stringify([domain, source])) ?? []
  }

  return (stream, at) => {
    const domain = domainOf(stream.event)
    if (domain === null) return null
    const base: string[] = []
    let shared: readonly string[] | null = null
    for (const other of relativesOf(domain, stream.source)) {
      if (other !== stream && at - other.first < GROWN) continue
      base.push(streamKey(other))
      shared = other.base ?? shared
    }
    if (base.length < 2) return null
    base.sort()
    return shared?.length === base.length && base.every((key, place) => key === shared[place]) ? shared : base
  }
}

/** What the streams of a base count together in an hour, by `streamKey`; null: not all of them are told of, and of a domain in part shares aren't shares. */
export function domainHour(base: readonly string[], hour: ReadonlyMap<string, EventHour>): DomainHour | null {
  const told = base.flatMap((key) => hour.get(key) ?? [])
  if (told.length < base.length) return null
  return {
    received: told.reduce((sum, { received }) => sum + received, 0),
    families: summed(told.map(({ families }) => families)),
  }
}

function summed(parts: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const part of parts) for (const [name, count] of part) sums.set(name, (sums.get(name) ?? 0) + count)
  return sums
}
