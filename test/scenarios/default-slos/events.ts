import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 120; minute++) {
    yield* steady(minute, minute + 1, 10, () => (minute >= 60 && minute < 70 ? { properties: BAD_ORDER } : {}))
    yield* steady(minute, minute + 1, 1, () => ({ event: 'Cart Viewed', properties: {} }))
  }
}
