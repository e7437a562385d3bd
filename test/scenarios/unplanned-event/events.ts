import { type Line, ORDER, steady } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 0; minute < 30; minute++) {
    const isOdd = minute === 10 || minute === 20
    yield* steady(minute, minute + 1, 1, () => (isOdd ? { properties: { ...ORDER, debug: true } } : {}))
    if (minute < 10) yield* steady(minute, minute + 1, 1, () => ({ event: 'Order Complted' }))
  }
}
