import type { StandingAlarm } from './reading.ts'
import { OTHERS } from './watched.ts'

/** Which way an event's records moved, and where. */
export interface Movement {
  readonly direction: 'up' | 'down'
  /** The whole of it moved; else only the platforms. */
  readonly total: boolean
  readonly platforms: readonly string[]
}

/** What an event's alarms say of how many came; null: nothing of that. */
export function movementOf(alarms: readonly StandingAlarm[]): Movement | null {
  const moved = alarms.filter(({ alarm }) => alarm.kind !== 'drift')
  const whole =
    moved.find(({ series }) => series.aspect === 'total') ?? moved.find(({ series }) => series.aspect === 'domain')
  const down = moved.filter(({ alarm, series }) => alarm.direction === 'down' && platformOf(series) !== null)
  const platforms = [...new Set(down.flatMap(({ series }) => platformOf(series) ?? []))].sort()
  if (whole !== undefined) return { direction: whole.alarm.direction, total: true, platforms }
  // A platform's share rises where another one's falls.
  if (platforms.length > 0) return { direction: 'down', total: false, platforms }
  return null
}

function platformOf({ aspect, value }: StandingAlarm['series']): string | null {
  if (value === null || value === OTHERS) return null
  if (aspect === 'platform') return value
  return aspect === 'family' && value.includes('+') ? (value.split('+')[0] ?? null) : null
}

/** Whether two events of a domain may have moved by one cause: the same way, and not on different platforms. */
export function movedTogether(one: Movement, other: Movement): boolean {
  if (one.direction !== other.direction) return false
  if (one.platforms.length === 0 || other.platforms.length === 0) return one.total || other.total
  return one.platforms.some((platform) => other.platforms.includes(platform))
}
