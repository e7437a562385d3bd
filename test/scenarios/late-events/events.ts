import { HOUR, MINUTE } from '../../../src/model/time.ts'
import { arrivals, type Line, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 240; minute++) {
    for (const [index, at] of arrivals(minute, 10).entries()) {
      if (index === 0) yield track({ at, timestamp: null, platform: 'web' })
      else if (index === 1) yield track({ at, timestamp: at + 10 * MINUTE, platform: 'web' })
      else if (index < 4) yield track({ at, timestamp: at - HOUR, platform: 'android' })
      else if (index < 7)
        yield track({ at, timestamp: minute >= 120 && minute < 180 ? at - HOUR - 1 : at, platform: 'ios' })
      else yield track({ at, platform: 'web' })
    }
  }
}
