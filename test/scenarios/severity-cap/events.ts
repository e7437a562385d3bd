import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  return steady(0, 130, 10, (_, minute) => (minute >= 60 && minute < 70 ? { properties: BAD_ORDER } : {}))
}
