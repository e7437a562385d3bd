import { type Line, steady, track } from '../segment.ts'

export function* events(): Iterable<Line> {
  yield track({ at: Date.UTC(1970, 0, 1), id: 'old' })
  yield* steady(0, 3, 1)
  yield track({ at: Date.UTC(2999, 0, 1), id: 'new' })
  yield* steady(3, 5, 1)
}
