import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  const isBad = (minute: number) => (minute >= 60 && minute < 70) || minute === 110 || minute === 111
  return steady(0, 170, 10, (_, minute) => (isBad(minute) ? { properties: BAD_ORDER } : {}))
}
