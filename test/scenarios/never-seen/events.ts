import { type Line, steady } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 61; minute++) {
    yield* steady(minute, minute + 1, 1, () => ({ event: 'Heartbeat', properties: {} }))
    if (minute >= 30) yield* steady(minute, minute + 1, 1, () => ({ event: 'Order Cancelled', properties: {} }))
  }
}
