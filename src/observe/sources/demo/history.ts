import { DAY, HOUR, MINUTE } from '../../../model/time.ts'
import type { Chapter, Fault } from './story.ts'

/** The shop of a long history is a smaller one: three weeks are told in a minute or two. */
export const HISTORY_SCALE = 0.2

/**
 * What goes wrong in the last two days of the shop's history, before its story begins: `from` and `until` are minutes before that.
 * Nothing of it shows in a record: only in how many there are.
 */
const HISTORY_FAULTS: readonly Fault[] = [
  {
    name: 'nobody gets to the checkout',
    kind: 'silent',
    event: 'Checkout Started',
    from: (-44 * HOUR) / MINUTE,
    until: (-40 * HOUR) / MINUTE,
    dimension: null,
    value: null,
    client: null,
    property: null,
    rollouts: [],
  },
  {
    name: 'most carts of Android are no longer sent',
    kind: 'fewer',
    event: 'Cart Viewed',
    from: (-24 * HOUR) / MINUTE,
    until: (-14 * HOUR) / MINUTE,
    dimension: 'platform',
    value: 'android',
    client: { platform: 'android', version: null },
    property: null,
    rollouts: [],
  },
]

/** Minutes of history before the story, where it begins so many days before now; the story itself is told in the last six hours. */
export function historyMinutes(days: number, cycleMinutes: number): number {
  return (days * DAY) / MINUTE - cycleMinutes
}

/** The chapter of a minute before the story: `ahead` minutes are left until it begins. */
export function historyChapter(ahead: number): Chapter {
  const faults = HISTORY_FAULTS.filter(({ from, until }) => -ahead >= from && -ahead < until)
  return {
    faults: faults.map((fault) => ({ fault, isFirst: -ahead === fault.from })),
    rollouts: [],
    calm: new Set(faults.map(({ event }) => event)),
  }
}
