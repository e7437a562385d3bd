import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield* steady(0, 70, 10, (_, minute) => (minute >= 60 ? { properties: BAD_ORDER } : {}))
  for (let minute = 72; minute < 160; minute += 3) yield* steady(minute, minute + 1, 10)
}
