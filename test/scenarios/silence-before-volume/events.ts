import { HOUR, MINUTE, SECOND } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const START = Date.UTC(2026, 2, 2)
const MINUTES = 15 * 24 * 60
/** Noon of the last Monday, in minutes. */
const NOON = (14 * 24 + 12) * 60
/** From the first of these minutes to the second (exclusive), counted from that noon. */
const SILENT: Readonly<Record<string, readonly [number, number]>> = {
  'Order Completed': [3, 240],
  'Payment Taken': [3, 180],
}
const BROKEN: Readonly<Record<string, { readonly span: readonly [number, number]; readonly platform: string }>> = {
  'Refund Asked': { span: [70, 120], platform: 'ios' },
  'Payment Taken': { span: [180, 240], platform: 'web' },
}
const EVENTS = ['Order Completed', 'Payment Taken', 'Refund Asked'] as const
const NOTHING = [0, 0] as const

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < MINUTES; minute += 2) {
    const past = minute - NOON
    const platform = (minute / 2) % 2 === 0 ? ('web' as const) : ('ios' as const)
    for (const [place, event] of EVENTS.entries()) {
      const [from, to] = SILENT[event] ?? NOTHING
      if (past >= from && past < to) continue
      const broken = BROKEN[event]
      const isBroken = platform === broken?.platform && past >= broken.span[0] && past < broken.span[1]
      const at = START + minute * MINUTE + (10 + 20 * place) * SECOND
      // So that seasons aren't all that is known: the hours of a day differ by a record.
      if (minute % (HOUR / MINUTE) === 58 && Math.floor(minute / 60) % 3 === 0 && past < 0) continue
      yield track({ at, event, platform, properties: { amount: isBroken ? 'ten' : 10 } })
    }
  }
}
