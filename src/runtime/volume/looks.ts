import type { VolumeAlarm } from '../../judge/volume/alarm.ts'
import type { Fleet } from '../../judge/volume/fleet.ts'
import { seriesName, streamKey, type WatchedStream } from '../../judge/volume/watched.ts'
import { HOUR, type Instant, MINUTE } from '../../model/time.ts'
import { type CountedPart, countedParts } from '../../store/read/minutely.ts'
import type { Sql } from '../../store/sql.ts'
import type { Listening } from './listening.ts'

/** The parts of an hour that are looked at before it is over. */
export const PART = 5 * MINUTE

/** A stream whose hour is looked into up to an instant. */
export interface LookedInto {
  readonly stream: WatchedStream
  readonly until: Instant
  readonly sourcesAt: (end: Instant) => readonly string[]
}

/** Looks into the hours of streams with many records: an outage or a collapse is seen within minutes there. */
export interface Looks {
  /**
   * Looks at the parts of the hour from `start` that haven't been looked at, in the order of time. The hour before must have been
   * judged, and this one not. `alarmed` hears of each alarm at the end of the part that opened it.
   */
  readonly into: (
    start: Instant,
    streams: readonly LookedInto[],
    listening: Listening,
    alarmed: (stream: WatchedStream, at: Instant, alarm: VolumeAlarm) => void,
  ) => Promise<void>
  /** Where a stream's next part begins; 0: it has never been looked at. */
  readonly upTo: (stream: WatchedStream) => Instant
  /** The same of all streams. */
  readonly save: () => ReadonlyMap<string, Instant>
}

export function createLooks(sql: Sql, fleet: Fleet, saved: ReadonlyMap<string, Instant> = new Map()): Looks {
  const next = new Map(saved)

  /** The streams of which something may be seen now, each with the parts that are due. */
  function dueIn(start: Instant, streams: readonly LookedInto[]) {
    return streams.flatMap((looked) => {
      const key = streamKey(looked.stream)
      const from = Math.max(start, next.get(key) ?? start)
      const to = Math.min(start + HOUR, looked.until)
      if (to <= from) return []
      next.set(key, to)
      const name = seriesName(looked.stream, 'total')
      return fleet.mayLook(name, start, PART) ? [{ ...looked, name, key, from, to }] : []
    })
  }

  return {
    into: async (start, streams, listening, alarmed) => {
      const due = dueIn(start, streams)
      if (due.length === 0) return
      const [from, to] = [Math.min(...due.map((each) => each.from)), Math.max(...due.map((each) => each.to))]
      const rows = await countedParts(sql, { from, to })
      if (rows === null) return
      const counts = countsOf(rows, due)
      for (let part = from; part < to; part += PART) {
        for (const { stream, name, key, sourcesAt, ...each } of due) {
          const isDue = part >= each.from && part < each.to
          if (!isDue || !listening.throughout(sourcesAt(part + PART), part, part + PART)) continue
          const count = counts.get(`${key}\n${part}`) ?? 0
          const alarm = fleet.look(name, { start: part, length: PART, count, total: null })
          if (alarm !== null) alarmed(stream, part + PART, alarm)
        }
      }
    },
    upTo: (stream) => next.get(streamKey(stream)) ?? 0,
    save: () => next,
  }
}

/** By stream and part: records that weren't late by more than a day. */
function countsOf(rows: readonly CountedPart[], due: readonly { stream: WatchedStream; key: string }[]) {
  const byEvent = Map.groupBy(due, ({ stream }) => stream.event)
  const counts = new Map<string, number>()
  for (const { event, source, start, received, backfilled } of rows) {
    for (const { stream, key } of byEvent.get(event) ?? []) {
      if ((stream.source ?? source) !== source) continue
      const place = `${key}\n${start}`
      counts.set(place, (counts.get(place) ?? 0) + received - backfilled)
    }
  }
  return counts
}
