import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  return steady(0, 440, 10, (_, minute) => (minute >= 360 && minute < 390 ? { properties: BAD_ORDER } : {}))
}
