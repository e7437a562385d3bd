import { MINUTE } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const FRIDAY = Date.UTC(2026, 2, 6, 16, 0)
const MONDAY = Date.UTC(2026, 2, 9, 7, 25, 30)

export function* events(): Iterable<Line> {
  for (let index = 0; index < 6; index++) yield track({ at: FRIDAY + index * 10 * MINUTE, properties: {} })
  yield track({ at: MONDAY, properties: {} })
  yield track({ at: MONDAY + 5 * MINUTE, properties: {} })
}
