import { BAD_ORDER, type Line, steady } from '../segment.ts'

const bad = (index: number, minute: number, from: number) =>
  (minute === 40 && index === 0) || (minute >= from && minute < from + 20)

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 130; minute++) {
    yield* steady(minute, minute + 1, 10, (index) => (bad(index, minute, 56) ? { properties: BAD_ORDER } : {}))
    yield* steady(minute, minute + 1, 10, (index) => ({
      event: 'Order Cancelled',
      ...(bad(index, minute, 55) ? { properties: BAD_ORDER } : {}),
    }))
  }
}
