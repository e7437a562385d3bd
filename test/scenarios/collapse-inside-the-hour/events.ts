import { type Line, steady } from '../segment.ts'

/** Friday, 10:20. */
const COLLAPSE = 4 * 1_440 + 140

export function* events(): Iterable<Line> {
  yield* steady(0, COLLAPSE, 6)
  yield* steady(COLLAPSE, COLLAPSE + 40, 1)
  yield* steady(COLLAPSE + 40, COLLAPSE + 340, 6)
}
