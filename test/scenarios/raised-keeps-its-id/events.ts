import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  const isBad = (index: number, minute: number) => (minute < 60 ? index === 9 && minute % 2 === 1 : minute < 80)
  return steady(0, 130, 10, (index, minute) => (isBad(index, minute) ? { properties: BAD_ORDER } : {}))
}
