import { type Line, steady } from '../segment.ts'

export function events(): Iterable<Line> {
  return steady(57, 122, 1)
}
