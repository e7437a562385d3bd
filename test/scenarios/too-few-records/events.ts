import { BAD_ORDER, type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  return steady(0, 25, 1, () => ({ properties: BAD_ORDER }))
}
