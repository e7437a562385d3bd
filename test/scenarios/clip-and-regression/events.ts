import { BAD_ORDER, type Line, steady } from '../segment.ts'

const BAD = [
  [60, 70],
  [144, 146],
  [160, 175],
] as const

export function events(): Iterable<Line> {
  const isBad = (minute: number) => BAD.some(([from, until]) => minute >= from && minute < until)
  return steady(0, 240, 10, (_, minute) => (isBad(minute) ? { properties: BAD_ORDER } : {}))
}
