import type { ScheduledTask } from 'node-cron'
import { civilInstant, zoneOffset } from '../../judge/slo/active.ts'
import { DAY, type Duration, floorTo, HOUR, type Instant, MINUTE, SECOND } from '../../model/time.ts'

interface Read {
  readonly task: ScheduledTask
  /** Times of day at which it may fire, after midnight. */
  readonly times: readonly Duration[]
}

/** By cron line: the few that a configuration has had. */
const known = new Map<string, Read>()

/**
 * When a cron line last fired in a zone, at `now` or before; null: not within `back`. Asked of civil time, so that an hour that
 * summer time skips or repeats fires once: what is skipped, as soon as the clock has moved on.
 */
export async function lastFiring(
  cron: string,
  timezone: string,
  now: Instant,
  back: Duration,
): Promise<Instant | null> {
  const { task, times } = await readCron(cron)
  const offsetAt = zoneOffset(timezone)
  const today = floorTo(now + offsetAt(now), DAY)
  for (let day = today; day >= today - back - DAY; day -= DAY) {
    for (const time of times) {
      const at = civilInstant(day + time, offsetAt)
      if (at <= now && at >= now - back && task.match(new Date(day + time))) return at
    }
  }
  return null
}

/** The line as if civil time were UTC; the latest time of day first. */
async function readCron(cron: string): Promise<Read> {
  const before = known.get(cron)
  if (before !== undefined) return before
  const { createTask, parse } = await import('node-cron')
  const { hour, minute, second } = parse(cron)
  const times = hour
    .flatMap((hours) => minute.map((minutes) => hours * HOUR + minutes * MINUTE + (second[0] ?? 0) * SECOND))
    .sort((a, b) => b - a)
  const fresh = { task: createTask(cron, () => undefined, { timezone: 'UTC' }), times }
  known.set(cron, fresh)
  return fresh
}
