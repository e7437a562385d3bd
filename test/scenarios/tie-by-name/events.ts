import { type Line, ORDER, steady } from '../segment.ts'

const { revenue: _, ...LACKING } = ORDER

export function events(): Iterable<Line> {
  return steady(0, 410, 10, (__, minute) => (minute >= 360 && minute < 380 ? { properties: LACKING } : {}))
}
