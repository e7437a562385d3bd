import { HOUR, MINUTE, SECOND } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const START = Date.UTC(2026, 2, 2)
const HOURS = 15 * 24
/** From web nothing comes in these hours. */
const GONE = [14 * 24 + 12, 14 * 24 + 18] as const
const EVENTS = [
  { event: 'Cart Viewed', each: 1 },
  { event: 'Checkout Started', each: 1.5 },
  { event: 'Order Completed', each: 2 },
]

export function* events(): Iterable<Line> {
  for (let hour = 0; hour < HOURS; hour++) {
    const isGone = hour >= GONE[0] && hour < GONE[1]
    const calls = EVENTS.flatMap(({ event, each }, place) =>
      Array.from({ length: 60 / each }, (_, index) => ({
        at: START + hour * HOUR + index * each * MINUTE + place * 7 * SECOND + (hour % 5) * SECOND,
        event,
        platform: index % 2 === 0 ? ('web' as const) : ('ios' as const),
      })).filter(({ platform }) => platform === 'ios' || !isGone),
    )
    // From ios alone, and of another rhythm: nothing of it is missing.
    calls.push({ at: START + hour * HOUR + 30 * MINUTE, event: 'Refund Asked', platform: 'ios' })
    for (const call of calls.sort((a, b) => a.at - b.at)) yield track({ ...call, properties: {} })
  }
}
