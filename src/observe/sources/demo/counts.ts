import { type Duration, type Instant, MINUTE } from '../../../model/time.ts'
import { emptyCounts, type WindowCounts } from '../../../model/window.ts'
import { SHOP } from './shop.ts'
import { arrivalsOf, RETRY } from './traffic.ts'

/**
 * What a minute of the clean traffic comes to, by event: the counts of `demoMinute` with `faults: false`, without making its
 * messages. `maxDelay`: over this a message is late; at least 21 s, since so long an ordinary one may take.
 */
export function cleanCounts(seed: number, start: Instant, maxDelay: Duration): ReadonlyMap<string, WindowCounts> {
  const byEvent = new Map<string, WindowCounts>()
  for (const [index, shopEvent] of SHOP.entries()) {
    const { count, offset, oddity } = arrivalsOf(shopEvent, index, seed, start)
    const arrival = (n: number): Instant => start + Math.floor(((n + offset) * MINUTE) / count)
    const twice = oddity?.kind === 'twice' ? 1 : 0
    const again = twice === 1 ? Math.min(start + MINUTE - 1, arrival(oddity?.index ?? 0) + RETRY) : 0
    byEvent.set(shopEvent.event, {
      ...emptyCounts(),
      received: count + twice,
      invalid: oddity?.kind === 'spoilt' ? 1 : 0,
      identified: count + twice,
      duplicates: twice,
      timed: count + twice,
      late: oddity?.kind === 'late' && maxDelay < 10 * MINUTE ? 1 : 0,
      lastArrival: Math.max(arrival(count - 1), again),
    })
  }
  return byEvent
}
