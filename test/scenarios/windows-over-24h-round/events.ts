import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 5; minute < 27 * 60; minute += 10) {
    yield* steady(minute, minute + 1, 1, () => (minute === 15 ? { properties: BAD_ORDER } : {}))
  }
}
