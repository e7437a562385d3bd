import { DAY, HOUR } from '../../model/time.ts'
import type { VolumeHour } from '../../store/volume-streams.ts'

/** How far back hours are shown. */
export const SHOWN = 2 * DAY

/** The newest hours of each stream, as they were judged. */
export function createHours(): {
  readonly add: (key: string, hour: VolumeHour) => void
  readonly of: (key: string) => readonly VolumeHour[]
} {
  const hours = new Map<string, VolumeHour[]>()
  return {
    add: (key, hour) => {
      const own = hours.get(key) ?? []
      own.push(hour)
      if (own.length > SHOWN / HOUR) own.shift()
      hours.set(key, own)
    },
    of: (key) => hours.get(key) ?? [],
  }
}
