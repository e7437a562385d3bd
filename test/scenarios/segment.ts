import { type Instant, iso, MINUTE, SECOND } from '../../src/model/time.ts'

/** A line of an archive; bytes where it isn't text. */
export type Line = string | Uint8Array

/** Monday morning: the start of every scenario that doesn't need another. */
const START: Instant = Date.UTC(2026, 2, 2, 8, 0)

/** A Segment call as an archive keeps it. */
export interface Call {
  readonly at: Instant
  readonly event?: string
  /** Null: without one. Otherwise the event's name and arrival, so that calls at one instant need ids of their own. */
  readonly id?: string | null
  readonly properties?: Readonly<Record<string, unknown>>
  readonly platform?: 'web' | 'ios' | 'android'
  readonly version?: string
  /** When it happened by the client; null: it doesn't say. */
  readonly timestamp?: Instant | null
  /** Whether it says when it arrived. */
  readonly received?: boolean
}

/** What a valid `Order Completed` carries. */
export const ORDER = { order_id: 'o-1', revenue: 12.5, currency: 'EUR' } as const
/** One violation: `revenue` is a string. */
export const BAD_ORDER = { ...ORDER, revenue: '12.50' } as const

export function track(call: Call): string {
  const { at, event = 'Order Completed', properties = ORDER, platform, version, received = true } = call
  const id = call.id === undefined ? `${event} ${at}` : call.id
  const timestamp = call.timestamp === undefined ? at - 2 * SECOND : call.timestamp
  return JSON.stringify({
    type: 'track',
    event,
    ...(id === null ? {} : { messageId: id }),
    anonymousId: 'visitor-1',
    ...(timestamp === null ? {} : { timestamp: iso(timestamp) }),
    ...(received ? { receivedAt: iso(at) } : {}),
    context: {
      ...(version === undefined ? {} : { app: { version } }),
      ...(platform === undefined ? {} : { platform }),
    },
    properties,
  })
}

/** The instant this many minutes, and milliseconds, after `START`. */
export function after(minutes: number, milliseconds = 0): Instant {
  return START + minutes * MINUTE + milliseconds
}

/** This many arrivals in the minute, evenly spread: at one, in its middle. */
export function arrivals(minute: number, count: number, start: Instant = START): readonly Instant[] {
  return Array.from(
    { length: count },
    (_, index) => start + minute * MINUTE + Math.floor(((index + 0.5) * MINUTE) / count),
  )
}

/** `count` calls a minute from minute `from` until (exclusive) `until`; `of` tells what is special about the one of this index. */
export function* steady(
  from: number,
  until: number,
  count: number,
  of: (index: number, minute: number) => Partial<Call> = () => ({}),
): Generator<string> {
  for (let minute = from; minute < until; minute++) {
    for (const [index, at] of arrivals(minute, count).entries()) yield track({ at, ...of(index, minute) })
  }
}
