import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  return steady(0, 101, 10, (index, minute) => (index === 4 && minute >= 99 ? { properties: BAD_ORDER } : {}))
}
