import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../../../src/model/time.ts'
import { historyMinutes } from '../../../../src/observe/sources/demo/history.ts'
import { CYCLE_MINUTES } from '../../../../src/observe/sources/demo/story.ts'
import { demoMinute, type Message } from '../../../../src/observe/sources/demo/traffic.ts'

const ANCHOR = Date.UTC(2026, 2, 2)
const HISTORY = historyMinutes(21, CYCLE_MINUTES)

/** Messages of an hour that begins so many hours before the story. */
function hourBefore(hours: number): Message[] {
  const first = HISTORY - (hours * HOUR) / MINUTE
  return Array.from({ length: 60 }, (_, minute) => demoMinute(1, ANCHOR, first + minute, { history: HISTORY })).flat()
}
const platforms = (messages: readonly Message[], event: string) =>
  Map.groupBy(
    messages.filter((message) => message.event === event),
    ({ context }) => (context as { library: { name: string } }).library.name,
  )

describe('the history of the demo shop', () => {
  it('ends where the story of the last six hours begins', () => {
    expect(HISTORY * MINUTE).toBe(21 * DAY - CYCLE_MINUTES * MINUTE)
    const events = (index: number, history: number) =>
      new Set(demoMinute(1, ANCHOR, index, { history }).map(({ event }) => event))
    // Nobody signs up from minute 190 of the story on.
    expect(events(HISTORY + 200, HISTORY).has('Signed Up')).toBe(false)
    expect(events(HISTORY + 180, HISTORY).has('Signed Up')).toBe(true)
  })

  it('has a silent event and a drop on one platform in its last two days, and ordinary hours around them', () => {
    const count = (hours: number, event: string) =>
      hourBefore(hours).filter((message) => message.event === event).length
    expect(count(44, 'Checkout Started')).toBe(0)
    expect(count(41, 'Checkout Started')).toBe(0)
    for (const hours of [45, 40]) expect(count(hours, 'Checkout Started')).toBeGreaterThan(100)
    const share = (hours: number) => {
      const by = platforms(hourBefore(hours), 'Cart Viewed')
      const android = by.get('analytics-kotlin')?.length ?? 0
      return android / ((by.get('analytics.js')?.length ?? 0) + (by.get('analytics-swift')?.length ?? 0) + android)
    }
    for (const hours of [24, 15]) expect(share(hours)).toBeLessThan(0.15)
    for (const hours of [25, 14]) expect(share(hours)).toBeGreaterThan(0.2)
  })
})
