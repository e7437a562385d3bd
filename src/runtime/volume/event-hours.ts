import type { EventHour } from '../../judge/volume/watched.ts'
import { HOUR, type Instant } from '../../model/time.ts'
import type { Plan } from '../../plan/plan.ts'
import { type CountedHour, countedHours, platformHours } from '../../store/read/hourly.ts'
import type { Sql } from '../../store/sql.ts'

/** One hour of all planned events. */
export interface HourOfEvents {
  readonly start: Instant
  readonly events: readonly EventHour[]
}

const NO_PLATFORMS: ReadonlyMap<string, number> = new Map()

/**
 * The hours of the plan's events that start in [from, to), oldest first. An event of which nothing came in an hour has zeros, from its
 * first record on: whether somebody was listening then is for the caller to know. `begun`: the events seen in earlier calls.
 */
export async function eventHours(
  sql: Sql,
  plan: Plan,
  from: Instant,
  to: Instant,
  begun: Set<string> = new Set(),
): Promise<readonly HourOfEvents[]> {
  const hours = Map.groupBy(await countedHours(sql, { from, to }), ({ start }) => start)
  const platforms = new Map<string, Map<string, number>>()
  for (const { event, start, platform, received, backfilled } of await platformHours(sql, { from, to })) {
    const key = keyOf(event, start)
    const counts = platforms.get(key) ?? new Map<string, number>()
    counts.set(platform, received - backfilled)
    platforms.set(key, counts)
  }
  const planned = [...plan.events.keys()]
  const found: HourOfEvents[] = []
  for (let start = from; start < to; start += HOUR) {
    const counted = new Map(hours.get(start)?.map((hour) => [hour.event, hour]))
    for (const event of counted.keys()) begun.add(event)
    if (begun.size === 0) continue
    const events = planned.flatMap((event) =>
      begun.has(event) ? [hourOf(event, start, counted.get(event), platforms.get(keyOf(event, start)))] : [],
    )
    found.push({ start, events })
  }
  return found
}

function hourOf(
  event: string,
  start: Instant,
  counted: CountedHour | undefined,
  platforms: ReadonlyMap<string, number> = NO_PLATFORMS,
): EventHour {
  const { received = 0, backfilled = 0, invalid = 0, incomplete = 0, identified = 0, duplicates = 0 } = counted ?? {}
  return {
    event,

    start,
    received: received - backfilled,
    invalid,
    incomplete,
    identified,
    duplicates,
    platforms,
  }
}

function keyOf(event: string, start: Instant): string {
  return `${start}\n${event}`
}
