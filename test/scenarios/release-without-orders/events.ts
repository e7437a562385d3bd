import { MINUTE, SECOND } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const START = Date.UTC(2026, 2, 2)
/** Tuesday of the second week, noon. */
const RELEASED = (8 * 24 + 12) * 60
const MINUTES = RELEASED + 6 * 60

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < MINUTES; minute += 2) {
    const released = minute >= RELEASED && minute % 3 !== 0
    for (const [place, platform] of (['web', 'ios', 'ios'] as const).entries()) {
      const version = platform === 'web' ? '7.1.0' : released ? '4.3.0' : '4.2.1'
      const at = START + minute * MINUTE + place * 20 * SECOND
      yield track({ at, event: 'Cart Viewed', platform, version, properties: {} })
      if (version !== '4.3.0') yield track({ at: at + 5 * SECOND, platform, version, properties: {} })
      yield track({ at: at + 6 * SECOND, event: 'Login Shown', platform, version, properties: {} })
      if (version === '4.3.0') continue
      for (const [second, event] of ['Invoice Opened', 'Invoice Paid'].entries())
        yield track({ at: at + (7 + second) * SECOND, event, platform, version, properties: {} })
    }
  }
}
