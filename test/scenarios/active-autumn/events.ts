import { MINUTE } from '../../../src/model/time.ts'
import { type Line, track } from '../segment.ts'

const FROM = Date.UTC(2026, 9, 24, 19, 0)
const UNTIL = Date.UTC(2026, 9, 25, 4, 0)

export function* events(): Iterable<Line> {
  for (let at = FROM; at <= UNTIL; at += 10 * MINUTE) yield track({ at, properties: {} })
}
