import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function* events(): Iterable<Line> {
  for (let minute = 9; minute < 400; minute += 10) {
    yield* steady(minute, minute + 1, 1, () => (minute >= 360 ? { properties: BAD_ORDER } : {}))
  }
}
